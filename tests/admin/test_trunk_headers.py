"""The header fields of a trunk's page: lines in the form, a mapping in the row, and each refusal at its field."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Trunk
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_trunk

IDENTITY = "P-Asserted-Identity: <sip:{from}@sip.example.com>"


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    return make_trunk(acme)


def page(trunk: Trunk) -> str:
    return reverse("admin:telephony_trunk_change", args=[trunk.pk])


def post(client: Client, trunk: Trunk, **lines: str) -> Any:
    return client.post(page(trunk), form_of(client, page(trunk)) | lines)


def refusal(answer: Any, field: str) -> str:
    assert answer.status_code == 200
    return " ".join(answer.context["adminform"].form.errors[field])


def test_lines_become_the_headers_of_the_trunk(client: Client, trunk: Trunk) -> None:
    answer = post(
        client,
        trunk,
        headers=f"{IDENTITY}\r\n\r\n  X-Account :  42  \r\n",
        transfer_headers="X-Call: {callId}",
        headers_to_attributes="X-Account: account.id",
        attributes_to_headers="account.id: X-Account",
    )
    assert answer.status_code == 302
    trunk.refresh_from_db()
    assert trunk.headers == {"P-Asserted-Identity": "<sip:{from}@sip.example.com>", "X-Account": "42"}
    assert trunk.transfer_headers == {"X-Call": "{callId}"}
    assert trunk.headers_to_attributes == {"X-Account": "account.id"}
    assert trunk.attributes_to_headers == {"account.id": "X-Account"}


def test_a_new_trunk_takes_headers_too(client: Client, acme: Workspace) -> None:
    add = reverse("admin:telephony_trunk_add")
    given = {"name": "Telnyx", "gateways-0-ip_or_domain": "192.0.2.10", "headers": "X-Account: 42"}
    client.post(add, form_of(client, add) | given)
    assert Trunk.objects.get().headers == {"X-Account": "42"}


def test_the_form_shows_each_header_on_a_line_of_its_own(client: Client, trunk: Trunk) -> None:
    Trunk.objects.update(headers={"P-Asserted-Identity": "<sip:{from}@sip.example.com>", "X-Account": "42"})
    shown = form_of(client, page(trunk))["headers"]
    assert set(shown.split("\n")) == {IDENTITY, "X-Account: 42"}  # PostgreSQL keeps no order of keys


def test_a_form_saved_as_it_stands_changes_no_header(client: Client, trunk: Trunk) -> None:
    Trunk.objects.update(headers={"X-Url": "https://example.com:8443/a"}, transfer_headers={"X-Call": "{callId}"})
    client.get(page(trunk))
    before = Trunk.objects.get()
    assert post(client, trunk).status_code == 302
    after = Trunk.objects.get()
    assert (after.headers, after.transfer_headers) == (before.headers, before.transfer_headers)
    assert after.generation == before.generation


def test_an_emptied_field_removes_the_headers_and_asks_for_a_sync(client: Client, trunk: Trunk) -> None:
    Trunk.objects.update(headers={"X-Account": "42"})
    before = Trunk.objects.get().generation
    post(client, trunk, headers="")
    after = Trunk.objects.get()
    assert after.headers == {}
    assert after.generation > before


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("X-Account 42", "Line 1: enter a name, a colon and a value."),
        ("X-Account: 42\nX-Call:", "Line 2: enter a name, a colon and a value."),
        (": 42", "is not a header name"),
        ("X-Account: 42\n\nX-Account: 43", "Line 3: X-Account is already listed."),
        ("X-Account: 42\nx-account: 43", "listed twice"),
        ("Via: SIP/2.0", "is reserved by SIP"),
        ("X Account: 42", "is not a header name"),
        ("X-Call: {call_id}", "is not a placeholder"),
        ("P-Asserted-Identity: Acme", "requires an address"),
        ("X-Account: " + "4" * 513, "at most 512"),
        ("X-Account: a\tb", "line breaks and control"),
        ("\n".join(f"X-{number}: 1" for number in range(21)), "at most 20"),
    ],
)
def test_a_wrong_line_is_refused_at_its_field(client: Client, trunk: Trunk, lines: str, reason: str) -> None:
    answer = post(client, trunk, headers=lines, transfer_headers=lines)
    after = Trunk.objects.get()
    assert reason in refusal(answer, "headers")
    assert reason in refusal(answer, "transfer_headers")
    assert (after.headers, after.transfer_headers) == ({}, {})


@pytest.mark.parametrize(
    ("field", "lines", "reason"),
    [
        ("headers_to_attributes", "X-Account: sip.callID", "is reserved by LiveKit or Voxa"),
        ("headers_to_attributes", "X-Account: account id", "is not an attribute name"),
        ("attributes_to_headers", "account id: X-Account", "is not an attribute name"),
        ("attributes_to_headers", "account.id: Contact", "is reserved by SIP"),
        ("attributes_to_headers", "one: X-Account\ntwo: x-account", "listed twice"),
    ],
)
def test_a_wrong_mapping_is_refused_at_its_field(
    client: Client, trunk: Trunk, field: str, lines: str, reason: str
) -> None:
    assert reason in refusal(post(client, trunk, **{field: lines}), field)
    assert getattr(Trunk.objects.get(), field) == {}


def test_what_was_typed_stays_in_the_form_that_was_refused(client: Client, trunk: Trunk) -> None:
    answer = post(client, trunk, headers="X-Account 42\nX-Call: {callId}")
    assert answer.context["adminform"].form["headers"].value() == "X-Account 42\nX-Call: {callId}"


def test_a_viewer_reads_the_headers_and_writes_none(trunk: Trunk, acme_viewer: User, signed_in: Browser) -> None:
    Trunk.objects.update(headers={"X-Account": "42"})
    viewer = signed_in(acme_viewer)
    assert "X-Account" in viewer.get(page(trunk)).content.decode()
    assert viewer.post(page(trunk), {"name": trunk.name, "headers": ""}).status_code == 403
    assert Trunk.objects.get().headers == {"X-Account": "42"}


def test_an_outsider_finds_no_such_trunk(trunk: Trunk, outsider: User, signed_in: Browser) -> None:
    signed_in(outsider).post(page(trunk), {"name": trunk.name, "headers": "X-Account: 42"})
    assert Trunk.objects.get().headers == {}
