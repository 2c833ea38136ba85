"""What a service refuses is an error of the page's form, and the page runs once."""

from typing import Any

import pytest
from django.contrib.admin.options import ModelAdmin
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.services import endpoints
from telephony.services.numbers import add_number
from tests.admin.conftest import Browser
from tests.admin.forms import form_of, new_row
from tests.admin.rows import make_agent, make_trunk
from tests.admin.test_trunk_page import errors_of, filled, page
from voxa.core.errors import Conflict

TAKEN = ["This number is already in use on this LiveKit server. Choose another one."]


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were run."""
    ran: list[str] = []
    run = ModelAdmin._changeform_view  # type: ignore[attr-defined]

    def counted(self: Any, *args: Any) -> Any:
        ran.append(self.opts.model_name)
        return run(self, *args)

    monkeypatch.setattr(ModelAdmin, "_changeform_view", counted)
    return ran


def test_every_taken_number_of_a_trunk_is_said_at_its_row(
    client: Client, acme: Workspace, globex: Workspace, runs: list[str]
) -> None:
    theirs = make_trunk(globex)
    for number in ("+15550100001", "+15550100002"):
        add_number(theirs, number)
    rows: dict[str, Any] = {}
    for place in range(3):
        rows |= new_row("numbers", place, number=f"+1555010000{place}")
    data = filled(client) | rows
    runs.clear()
    formset = errors_of(client.post(reverse("admin:telephony_trunk_add"), data))["PhoneNumber"]
    assert [errors.get("number") for errors in formset.errors] == [None, TAKEN, TAKEN]
    assert formset.non_form_errors() == ["Nothing was saved."]
    assert not Trunk.objects.filter(workspace=acme).exists()
    assert runs == ["trunk"]


def test_a_number_removed_on_a_refused_page_is_kept(client: Client, acme: Workspace, globex: Workspace) -> None:
    trunk = make_trunk(acme)
    mine = add_number(trunk, "+15550100000")
    add_number(make_trunk(globex), "+15550100001")
    data = form_of(client, page(trunk)) | {"name": "New", "numbers-0-DELETE": "on"}
    data |= new_row("numbers", 1, number="+15550100001")
    answer = client.post(page(trunk), data)
    assert errors_of(answer)["PhoneNumber"].forms[0].instance.pk == mine.pk
    assert PhoneNumber.objects.filter(trunk=trunk).get() == mine
    assert Trunk.objects.get(pk=trunk.pk).name == trunk.name
    data |= {"numbers-1-number": "+15550100002"}
    assert client.post(page(trunk), data).status_code == 302
    assert [one.number for one in trunk.numbers.all()] == ["+15550100002"]


def test_what_is_refused_of_the_trunk_is_said_at_its_field(
    client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> None:
        raise Conflict("conflict", "Choose another name.", "name")

    monkeypatch.setattr("telephony.services.trunks.create_trunk", refuse)
    answer = client.post(reverse("admin:telephony_trunk_add"), filled(client))
    assert answer.context["adminform"].form.errors == {"name": ["Choose another name."]}
    assert "Nothing was saved." in answer.content.decode()


def test_a_taken_number_on_its_own_page(client: Client, acme: Workspace, globex: Workspace, runs: list[str]) -> None:
    add_number(make_trunk(globex), "+15550100001")
    mine = add_number(make_trunk(acme), "+15550100000")
    url = reverse("admin:telephony_phonenumber_change", args=[mine.pk])
    data = form_of(client, url) | {"number": "+15550100001"}
    runs.clear()
    answer = client.post(url, data)
    assert answer.context["adminform"].form.errors == {"number": TAKEN}
    assert runs == ["phonenumber"]
    mine.refresh_from_db()
    assert mine.number == "+15550100000"


def test_a_taken_username_of_an_endpoint(client: Client, acme: Workspace, runs: list[str]) -> None:
    secret = {"sip_password": "abcdefgh12345"}
    endpoints.connect_agent(make_agent(acme), {"name": "One", "sip_username": "desk", **secret})
    other = make_agent(acme, "Other")
    url = reverse("admin:telephony_sipendpoint_add")
    data = form_of(client, url) | {"name": "Two", "agent": other.pk, "sip_username": "desk", **secret}
    runs.clear()
    answer = client.post(url, data)
    assert list(answer.context["adminform"].form.errors) == ["sip_username"]
    assert SipEndpoint.objects.count() == 1
    assert runs == ["sipendpoint"]
    assert client.post(url, data | {"sip_username": "desk2"}).status_code == 302


def test_refused_settings(client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch, runs: list[str]) -> None:
    row = TelephonySettings.of(acme.pk)
    url = reverse("admin:telephony_telephonysettings_change", args=[row.pk])
    data = form_of(client, url) | {"retry_delay_seconds": "90"}

    def refuse(*args: Any, **how: Any) -> None:
        raise Conflict("busy", "Wait until its trunks are synced.")

    monkeypatch.setattr("telephony.admin.telephony_settings.update_settings", refuse)
    runs.clear()
    answer = client.post(url, data)
    assert answer.context["adminform"].form.non_field_errors() == ["Wait until its trunks are synced."]
    assert runs == ["telephonysettings"]
    row.refresh_from_db()
    assert row.retry_delay_seconds != 90
