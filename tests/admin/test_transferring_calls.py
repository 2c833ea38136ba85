"""An operator transfers a call from its page or the live board; nobody else does."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User, Workspace
from calls.choices import CallStatus
from calls.models import Call, Transfer
from tests.admin.conftest import Browser
from tests.calls.conftest import make_line
from voxa.core.errors import Conflict

TO = {"to": "+1 202 555 0142", "mode": "warm"}


@pytest.fixture
def call(acme: Workspace) -> Call:
    call = make_line(acme).place()
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS)
    return call


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the service was asked; an exception at the front is raised."""
    asked: list[Any] = []

    def transfer(*given: Any) -> Any:
        if asked and isinstance(asked[0], Exception):
            raise asked[0]
        asked.append(given[1:])
        return SimpleNamespace(is_open=True)

    monkeypatch.setattr("calls.admin.operating.transfer_call", transfer)
    return asked


def url(call: Call, name: str = "transfer") -> str:
    return reverse(f"admin:calls_call_{name}", args=[call.pk])


def test_the_board_and_the_page_lead_to_it(call: Call, acme_operator: User, signed_in: Browser) -> None:
    client = signed_in(acme_operator)
    for page in (reverse("live_board"), url(call, "change")):
        assert url(call) in client.get(page).content.decode()
    assert "Transfer to" in client.get(url(call)).content.decode()


def test_the_call_is_transferred(call: Call, acme_operator: User, signed_in: Browser, asked: list[Any]) -> None:
    answer = signed_in(acme_operator).post(url(call), TO)
    assert (answer.status_code, answer["Location"]) == (302, url(call, "change"))
    assert asked == [("+1 202 555 0142", "warm")]


@pytest.mark.parametrize(
    "error", [ValidationError({"to": "No such number."}), Conflict("not_in_progress", "No such number.")]
)
def test_a_refusal_is_shown_beside_what_was_typed(
    call: Call, acme_operator: User, signed_in: Browser, asked: list[Any], error: Exception
) -> None:
    asked.append(error)
    shown = signed_in(acme_operator).post(url(call), TO).content.decode()
    assert "No such number." in shown
    assert TO["to"] in shown


def test_nobody_else_transfers_it(
    call: Call, acme_viewer: User, outsider: User, signed_in: Browser, asked: list[Any]
) -> None:
    for person in (acme_viewer, outsider):
        client = signed_in(person)
        assert [client.get(url(call)).status_code, client.post(url(call), TO).status_code] == [403, 403]
    assert url(call) not in signed_in(acme_viewer).get(reverse("live_board")).content.decode()
    assert (asked, Transfer.objects.count()) == ([], 0)
