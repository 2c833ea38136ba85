"""Where LiveKit's answer to a dial is lost, how the phone left its room settles what became of it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from calls.choices import AttemptStatus, CallStatus, Reason
from calls.dialer import attempts, lost_answers
from calls.dialer.rate_limits import limits_of
from calls.models import Attempt, Call, LiveKitEvent
from calls.routing import route
from calls.routing.policies import Refusal
from calls.routing.route import Route
from telephony.livekit import client_for
from telephony.models import TelephonySettings
from tests.calls.conftest import Line

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("SETTLES_IN", 0.3), ("TOLD_IN", 0.3)):
        monkeypatch.setattr(lost_answers, name, timedelta(seconds=seconds))
    monkeypatch.setattr(lost_answers, "LOOK_EVERY", 0.1)


def dialed(line: Line) -> tuple[Call, Attempt]:
    """Return a call whose dial was sent and never answered."""
    call, now = line.place(), timezone.now()
    config = TelephonySettings.of(line.workspace.pk)
    found = route.route(call, config, now)
    assert isinstance(found, Route)
    begun = attempts.begin(call, found, found.hops[0], limits_of(found.trunk, config), now)
    assert not isinstance(begun, Refusal)
    Attempt.objects.update(dialed_at=now)
    return call, Attempt.objects.get()


def left(call: Call, attempt: Attempt, reason: str, status: str) -> None:
    who: dict[str, Any] = {"sid": "PA_1", "identity": "phone", "kind": "SIP", "disconnectReason": reason}
    LiveKitEvent.objects.create(
        project_id=call.project_id,
        event_id=uuid4().hex,
        type="participant_left",
        room_name=attempt.room_name,
        payload={"event": "participant_left", "participant": {**who, "attributes": {"sip.callStatus": status}}},
    )


def settled(call: Call, attempt: Attempt) -> tuple[str, str, str]:
    asyncio.run(lost_answers.look(call, attempt, client_for(call.project), 45, more_hops=False))
    call.refresh_from_db()
    attempt.refresh_from_db()
    return call.status, attempt.status, attempt.reason


@pytest.mark.parametrize(
    ("left_as", "status", "reason"),
    [
        ("USER_UNAVAILABLE", "no_answer", Reason.NO_ANSWER),
        ("USER_REJECTED", "failed", Reason.DECLINED),
        ("SIP_TRUNK_FAILURE", "failed", Reason.GATEWAY_ERROR),
        ("MEDIA_FAILURE", "failed", Reason.MEDIA_REFUSED),
        ("CLIENT_INITIATED", "failed", Reason.LIVEKIT_UNAVAILABLE),
        ("ROOM_DELETED", "canceled", Reason.CANCELED),
        ("PARTICIPANT_REMOVED", "canceled", Reason.CANCELED),
        ("CONNECTION_TIMEOUT", "failed", Reason.OUTCOME_UNKNOWN),
    ],
)
def test_the_reason_that_the_phone_left_with_settles_the_dial(
    sink_line: Callable[..., Line], left_as: str, status: str, reason: Reason
) -> None:
    line = sink_line()
    line.settings(max_attempts=1)
    call, attempt = dialed(line)
    left(call, attempt, left_as, "ringing")
    assert settled(call, attempt)[0] == status
    assert (call.reason, attempt.reason) == (reason, reason)


@pytest.mark.parametrize("last", ["active", "hangup"])
def test_a_phone_that_was_answered_when_it_left_was_no_failed_dial(sink_line: Callable[..., Line], last: str) -> None:
    call, attempt = dialed(sink_line())
    left(call, attempt, "CLIENT_INITIATED", last)
    assert settled(call, attempt)[:2] == (CallStatus.IN_PROGRESS, AttemptStatus.ANSWERED)


def test_only_what_nobody_can_know_is_unknown(sink_line: Callable[..., Line]) -> None:
    call, attempt = dialed(sink_line())
    assert settled(call, attempt) == (CallStatus.FAILED, AttemptStatus.UNKNOWN, Reason.OUTCOME_UNKNOWN)
    assert "no LiveKit event says" in attempt.sip_status


def test_a_call_that_is_to_end_is_canceled_whatever_is_known(sink_line: Callable[..., Line]) -> None:
    call, attempt = dialed(sink_line())
    Call.objects.update(end_requested=Reason.CANCELED)
    assert settled(call, attempt) == (CallStatus.CANCELED, AttemptStatus.CANCELED, Reason.CANCELED)
