"""Without a SIP service nothing is dialed: calls wait, tell why in words, and are dialed once when it is there."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.dialer import revival
from calls.dialer.rate_limits import pause
from calls.models import Attempt, Call, DialSlot
from calls.presentation.status_text import explain
from telephony.doctor import livekit
from telephony.models import LiveKitProject
from tests.calls.sandbox_lines import SandboxLine, dispatch_until
from voxa.core.doctor.registry import Scope

pytestmark = pytest.mark.postgres
LineOver = Callable[..., SandboxLine]


def waiting() -> int:
    return Call.objects.filter(status=CallStatus.QUEUED, reason=Reason.LIVEKIT_UNAVAILABLE).count()


@pytest.mark.parametrize("state", ["off", "draining", "overloaded"])
def test_ten_calls_wait_without_a_sip_service_and_are_dialed_once_when_it_is_back(
    line_over: LineOver, state: str
) -> None:
    line = line_over()
    line.sip(state)
    calls = [line.place(f"+1202555{number}") for number in range(1001, 1011)]
    dispatch_until(lambda: waiting() == 10)
    assert Attempt.objects.count() == line.dials() == 0
    assert set(Call.objects.values_list("attempts_made", "started_at")) == {(0, None)}
    told = explain(Call.objects.select_related("project").first() or calls[0], timezone.now(), ZoneInfo("UTC"))
    assert told.headline == "Waiting until LiveKit accepts calls again."
    assert "SIP service" in told.reason
    requests = len(line.sandbox.lines)
    dispatch_until(lambda: DialSlot.objects.filter(pk=calls[0].project_id, next_at__gt=timezone.now()).exists(), 10)
    assert len(line.sandbox.lines) - requests < 10, "however many wait, LiveKit is asked once in a while"
    line.sip("on")
    dispatch_until(lambda: Call.objects.filter(status=CallStatus.IN_PROGRESS).count() == 10)
    assert Attempt.objects.count() == line.dials() == 10
    assert not LiveKitProject.objects.exclude(sip_error="").exists()


def test_the_doctor_finds_out_without_dialing_that_no_sip_service_takes_calls(line_over: LineOver) -> None:
    line = line_over()
    assert "livekit.no_sip" not in {finding.code for finding in livekit.look(Scope(workspace=line.workspace))}
    line.sip("off")
    found = {finding.code: finding for finding in livekit.look(Scope(workspace=line.workspace))}
    assert "Check that livekit-sip runs" in found["livekit.no_sip"].remedy
    assert line.dials() == 0


def test_calls_that_nobody_has_claimed_tell_what_they_wait_for(line_over: LineOver) -> None:
    line = line_over()
    line.sip("off")
    calls = [line.place(f"+1202555{number}") for number in range(1001, 1004)]
    Call.objects.filter(pk=calls[0].pk).update(reason=Reason.RATE)
    Call.objects.filter(pk=calls[1].pk).update(due_at=timezone.now() + timedelta(minutes=5), reason=Reason.BUSY)
    pause(calls[0].project_id, timezone.now())
    assert not revival.ask(calls[0].project_id)
    reasons = [Call.objects.get(pk=call.pk).reason for call in calls]
    assert reasons == [Reason.LIVEKIT_UNAVAILABLE, Reason.BUSY, Reason.LIVEKIT_UNAVAILABLE]
