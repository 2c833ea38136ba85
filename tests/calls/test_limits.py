"""Talk time is kept where no dispatcher runs too: beat sends a worker each call just before its limit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.choices import CallStatus, Direction, Reason
from calls.livekit import expiry, talk_time
from calls.models import Call
from tests.calls.conftest import Line


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []

    def publish(name: str, call_id: str, after: float = 0) -> None:
        if name == "calls.tasks.end_at_limit":
            found.append((call_id, after))

    monkeypatch.setattr("calls.livekit.expiry.publish", publish)
    return found


def talking(line: Line, left: timedelta, **fields: Any) -> Call:
    call, now = line.place(), timezone.now()
    since = now + left - timedelta(seconds=call.max_duration_seconds)
    set_to = {"status": CallStatus.IN_PROGRESS, "answered_at": since, "leased_until": now + left, "room_name": "call-1"}
    Call.objects.filter(pk=call.pk).update(**{**set_to, **fields})
    call.refresh_from_db()
    return call


def test_beat_sends_a_call_whose_limit_comes_soon_for_that_moment(line: Line, sent: list[tuple[str, float]]) -> None:
    soon = talking(line, timedelta(seconds=4))
    talking(line, timedelta(minutes=4))
    expiry.reap()
    ((call_id, after),) = sent
    assert call_id == str(soon.pk)
    assert 3 < after <= 4


@pytest.mark.parametrize("direction", [Direction.OUTBOUND, Direction.INBOUND])
def test_a_worker_ends_a_call_at_its_limit_and_not_before(sink_line: Callable[..., Line], direction: Direction) -> None:
    line = sink_line()
    call = talking(line, timedelta(seconds=60), direction=direction)
    talk_time.end_at_limit(call.pk)
    call.refresh_from_db()
    assert call.status == CallStatus.IN_PROGRESS
    Call.objects.update(leased_until=timezone.now())
    talk_time.end_at_limit(call.pk)
    talk_time.end_at_limit(call.pk)
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.COMPLETED, Reason.MAX_DURATION)
