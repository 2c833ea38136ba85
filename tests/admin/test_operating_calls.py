"""Buttons of a live call's page: say, mute, hold, and listening in for owners and admins."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.choices import CallStatus, EventType
from calls.models import Call, Event
from calls.services.timeline import note
from tests.admin.conftest import Browser
from tests.calls.conftest import make_line
from voxa.core.errors import Conflict


@pytest.fixture
def call(acme: Workspace, settings: Any) -> Call:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "ws://127.0.0.1:1", "key", "s" * 32
    call = make_line(acme).place()
    fields = {"status": CallStatus.IN_PROGRESS, "answered_at": timezone.now(), "room_name": f"call-{call.pk}-1"}
    Call.objects.filter(pk=call.pk).update(**fields)
    call.refresh_from_db()
    return call


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the service was asked; an exception at the front is raised."""
    asked: list[Any] = []

    def control(*given: Any) -> None:
        if asked and isinstance(asked[0], Exception):
            raise asked[0]
        asked.append(tuple(map(str, given[1:])))

    monkeypatch.setattr("calls.admin.operating.control_agent", control)
    return asked


def url(call: Call, name: str = "control") -> str:
    return reverse(f"admin:calls_call_{name}", args=[call.pk])


def test_the_agent_is_asked_in_the_name_of_the_person(
    call: Call, acme_operator: User, signed_in: Browser, asked: list[Any]
) -> None:
    client = signed_in(acme_operator)
    shown = client.get(url(call, "change")).content.decode()
    assert ["Say" in shown, "Mute caller" in shown, "Hold" in shown] == [True, True, True]
    for action in ("say", "hold"):
        assert client.post(url(call), {"action": action, "text": "One moment."}).status_code == 302
    assert asked == [("say", acme_operator.email, "One moment."), ("hold", acme_operator.email, "One moment.")]
    assert client.get(url(call)).status_code == 403
    assert client.post(url(call), {"action": "dance"}).status_code == 403


@pytest.mark.parametrize("error", [Conflict("no_worker", "Wait for it."), ValidationError({"text": "Wait for it."})])
def test_a_refusal_is_shown(
    call: Call, acme_operator: User, signed_in: Browser, asked: list[Any], error: Exception
) -> None:
    asked.append(error)
    answer = signed_in(acme_operator).post(url(call), {"action": "mute"}, follow=True)
    assert "Wait for it." in answer.content.decode()


def test_the_buttons_offer_the_opposite_of_what_was_done(call: Call, acme_operator: User, signed_in: Browser) -> None:
    client, panel = signed_in(acme_operator), url(call, "panel")
    for action, offered in [("mute", "Unmute caller"), ("hold", "Resume"), ("unmute", "Mute caller")]:
        note(call, EventType.CONTROL_DONE, timezone.now(), action=action)
        assert offered in client.get(panel).content.decode()
    note(call, EventType.CONTROL_REQUESTED, timezone.now(), action="resume", by="ada@acme.example")
    shown = client.get(panel).content.decode()
    assert ["Caller on hold" in shown, "Resume. By ada@acme.example." in shown] == [True, True]
    Call.objects.update(status=CallStatus.COMPLETED, answered_at=None, ended_at=timezone.now())
    assert "Mute caller" not in client.get(panel).content.decode()


def test_owners_and_admins_listen_in(call: Call, acme_admin: User, signed_in: Browser) -> None:
    client = signed_in(acme_admin)
    for page in (reverse("live_board"), url(call, "change")):
        assert url(call, "listen") in client.get(page).content.decode()
    player = client.get(url(call, "listen"))
    assert "connect-src 'self' ws://127.0.0.1:1" in player.headers["Content-Security-Policy"]
    answer = client.post(url(call, "listen"))
    assert (answer.status_code, answer.json()["room"]) == (200, call.room_name)
    assert Event.objects.get(call=call, type=EventType.CALL_LISTENED).data == {"by": acme_admin.email}
    Call.objects.update(status=CallStatus.COMPLETED)
    assert "not in progress" in client.post(url(call, "listen")).json()["message"]


def test_owners_and_admins_whisper(
    call: Call, acme_admin: User, acme_operator: User, signed_in: Browser, asked: list[Any]
) -> None:
    for person, allowed in ((acme_operator, False), (acme_admin, True)):
        client = signed_in(person)
        assert ('value="whisper"' in client.get(url(call, "change")).content.decode()) == allowed
        answer = client.post(url(call), {"action": "whisper", "text": "Offer ten percent."})
        assert answer.status_code == (302 if allowed else 403)
    assert asked == [("whisper", acme_admin.email, "Offer ten percent.")]


def test_others_do_not(
    call: Call, acme_operator: User, acme_viewer: User, outsider: User, signed_in: Browser, asked: list[Any]
) -> None:
    for person in (acme_operator, acme_viewer, outsider):
        client = signed_in(person)
        assert [client.get(url(call, "listen")).status_code, client.post(url(call, "listen")).status_code] == [403, 403]
        if person != acme_operator:
            assert client.post(url(call), {"action": "hold"}).status_code == 403
    assert url(call, "listen") not in signed_in(acme_operator).get(reverse("live_board")).content.decode()
    assert (asked, Event.objects.filter(type=EventType.CALL_LISTENED).exists()) == ([], False)
