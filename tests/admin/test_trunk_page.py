"""A trunk saved in the admin goes through the services of the API, and the page says how LiveKit took it."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.choices import TrunkStatus
from telephony.models import Agent, PhoneNumber, Trunk
from telephony.services.numbers import add_number
from tests.admin.conftest import Browser
from tests.admin.forms import form_of, new_row
from tests.admin.rows import PASSWORD, make_agent, make_trunk

ADD = "admin:telephony_trunk_add"


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


def page(trunk: Trunk) -> str:
    return reverse("admin:telephony_trunk_change", args=[trunk.pk])


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def filled(client: Client, **more: Any) -> dict[str, Any]:
    """Return the form of a new trunk with a gateway."""
    return form_of(client, reverse(ADD)) | {"name": "Telnyx", "gateways-0-ip_or_domain": "192.0.2.10"} | more


def errors_of(answer: Any) -> dict[str, Any]:
    """Return the errors of each inline by its model's name."""
    found = answer.context["inline_admin_formsets"]
    return {str(one.opts.model.__name__): one.formset for one in found}


def test_a_trunk_is_made_with_its_gateway_and_number(client: Client, acme: Workspace) -> None:
    agent = make_agent(acme)
    data = filled(client, auth_username="acme", auth_password=PASSWORD, carrier="telnyx")
    answer = client.post(
        reverse(ADD), data | new_row("numbers", 0, number="+15550100000", agent=agent.pk, label="Main")
    )
    trunk = Trunk.objects.get()
    assert answer["Location"] == page(trunk)
    assert (trunk.workspace, trunk.carrier, trunk.auth_password) == (acme, "telnyx", PASSWORD)
    assert [gateway.address for gateway in trunk.gateways.all()] == ["192.0.2.10:5060"]
    assert [(one.number, one.agent, one.label) for one in trunk.numbers.all()] == [("+15550100000", agent, "Main")]


def test_the_only_workspace_is_chosen_already(client: Client, acme: Workspace) -> None:
    assert form_of(client, reverse(ADD))["workspace"] == acme.pk


def test_saving_says_where_the_trunk_stands_and_why(client: Client, acme: Workspace) -> None:
    answer = client.post(reverse(ADD), filled(client))
    assert said(answer) == [
        "Telnyx: Saved, not synced yet. LiveKit is not configured. "
        "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa."
    ]


def test_a_trunk_needs_a_gateway(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    answer = client.post(page(trunk), form_of(client, page(trunk)) | {"gateways-0-DELETE": "on"})
    assert errors_of(answer)["Gateway"].non_form_errors() == [
        "Add at least one gateway: the host name or IP address of the carrier."
    ]
    assert trunk.gateways.count() == 1


def test_every_wrong_field_is_named(client: Client, acme: Workspace) -> None:
    data = filled(client, name="", auth_username="half", tech_prefix="abc", **{"gateways-0-port": 99999})
    answer = client.post(reverse(ADD), data | new_row("numbers", 0, number="12"))
    assert {"name", "tech_prefix", "auth_password"} <= set(answer.context["adminform"].form.errors)
    assert "port" in errors_of(answer)["Gateway"].errors[0]
    assert "number" in errors_of(answer)["PhoneNumber"].errors[0]
    assert not Trunk.objects.exists()


def test_a_taken_number_is_said_at_its_row_and_nothing_is_saved(
    client: Client, acme: Workspace, globex: Workspace
) -> None:
    add_number(make_trunk(globex), "+15550100000")
    rows = new_row("numbers", 0, number="+15550100001") | new_row("numbers", 1, number="+15550100000")
    answer = client.post(reverse(ADD), filled(client) | rows)
    formset = errors_of(answer)["PhoneNumber"]
    assert formset.errors[1]["number"] == ["This number is already in use on this LiveKit server. Choose another one."]
    assert not Trunk.objects.filter(workspace=acme).exists()
    assert "Globex" not in answer.content.decode()


def test_an_empty_password_keeps_the_stored_one(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    client.post(page(trunk), form_of(client, page(trunk)) | {"name": "Renamed"})
    trunk = Trunk.objects.get()
    assert (trunk.name, trunk.auth_username, trunk.auth_password) == ("Renamed", "acme", PASSWORD)


def test_a_new_password_replaces_the_stored_one(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    client.post(page(trunk), form_of(client, page(trunk)) | {"auth_password": " with spaces "})
    assert Trunk.objects.get().auth_password == " with spaces "


def test_the_box_clears_username_and_password(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    client.post(page(trunk), form_of(client, page(trunk)) | {"clear_auth_password": "on"})
    trunk = Trunk.objects.get()
    assert (trunk.auth_username, trunk.auth_password) == ("", None)


def test_a_saved_gateway_keeps_its_row(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    before = trunk.gateways.get().pk
    client.post(page(trunk), form_of(client, page(trunk)) | {"gateways-0-port": 5070, "gateways-0-outbound": ""})
    after = trunk.gateways.get()
    assert (after.pk, after.port, after.outbound) == (before, 5070, False)


def test_numbers_are_changed_moved_and_removed(client: Client, acme: Workspace) -> None:
    trunk, agent = make_trunk(acme), make_agent(acme)
    first, second = add_number(trunk, "+15550100000", agent=agent), add_number(trunk, "+15550100001")
    data = form_of(client, page(trunk))
    places = {data[f"numbers-{place}-id"]: place for place in range(2)}
    data |= {f"numbers-{places[first.pk]}-DELETE": "on", f"numbers-{places[second.pk]}-number": "+15550100000"}
    client.post(page(trunk), data)
    assert list(PhoneNumber.objects.values_list("pk", "number")) == [(second.pk, "+15550100000")]


def test_an_agent_of_another_workspace_is_refused(client: Client, acme: Workspace, globex: Workspace) -> None:
    theirs = Agent.objects.create(workspace=globex, name="Theirs")
    answer = client.post(reverse(ADD), filled(client) | new_row("numbers", 0, number="+15550100000", agent=theirs.pk))
    assert "agent" in errors_of(answer)["PhoneNumber"].errors[0]


def test_saving_without_a_change_asks_for_no_sync(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.ACTIVE, synced_generation=1)
    client.post(page(trunk), form_of(client, page(trunk)))
    assert Trunk.objects.get().generation == 1


def test_the_page_says_the_last_error_and_what_to_do(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.FAILED, last_error="The number is taken.", warnings=["No address."])
    html = client.get(page(trunk)).content.decode()
    for words in ("LiveKit rejected this trunk.", "The number is taken.", "Correct it and save", "No address."):
        assert words in html


def test_the_history_names_who_changed_what_without_secrets(client: Client, acme: Workspace, acme_admin: User) -> None:
    trunk = make_trunk(acme)
    client.post(page(trunk), form_of(client, page(trunk)) | {"name": "Renamed", "auth_password": "another-one"})
    html = client.get(reverse("admin:telephony_trunk_history", args=[trunk.pk])).content.decode()
    assert acme_admin.email in html
    assert "Renamed" in html
    assert "another-one" not in html


def test_deleting_says_what_goes_with_it(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    add_number(trunk, "+15550100000")
    url = reverse("admin:telephony_trunk_delete", args=[trunk.pk])
    assert "+15550100000" in client.get(url).content.decode()
    client.post(url, {"post": "yes", "typed": trunk.name})
    assert not Trunk.objects.exists()
