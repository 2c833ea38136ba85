"""Queueing a call, sending it now, calling it off."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import CallStatus, Direction, Reason
from calls.models import Call
from calls.services.place import cancel, dispatch_now, place_call
from telephony.models import LiveKitProject
from tests.calls.conftest import CALLEE, Line, make_line
from voxa.core.errors import Conflict, Unavailable


@pytest.mark.parametrize(("hours", "due_in"), [(None, 0), (-0.015, 0), (3, 3)])
def test_a_call_is_due_when_it_is_scheduled_and_never_in_the_past(
    line: Line, hours: float | None, due_in: float
) -> None:
    now = timezone.now()
    scheduled = None if hours is None else now + timedelta(hours=hours)
    call = line.place(scheduled_at=scheduled)
    assert call.due_at is not None
    assert abs(call.due_at - now - timedelta(hours=due_in)) < timedelta(minutes=1)
    assert (call.status, call.scheduled_at) == (CallStatus.QUEUED, scheduled)


def test_a_call_knows_its_number_trunk_and_project(line: Line) -> None:
    call = line.place()
    assert (call.number, call.trunk, call.trunk_chosen) == (line.number, line.trunk, False)
    assert call.project == line.number.project


def test_another_workspaces_agent_and_trunk_are_refused(line: Line, globex: Workspace) -> None:
    theirs = make_line(globex, "+12025550111")
    with pytest.raises(ValidationError) as caught:
        place_call(
            line.workspace, to=CALLEE, from_=theirs.number.number, agent=theirs.agent, trunk=theirs.trunk,
            max_duration_seconds=9,
        )  # fmt: skip
    assert set(caught.value.error_dict) == {"from", "agent", "trunk", "max_duration_seconds"}
    assert not Call.objects.exists()


def test_dispatch_makes_only_a_queued_call_due(line: Line) -> None:
    call = line.place(scheduled_at=timezone.now() + timedelta(days=1))
    with pytest.raises(Unavailable):
        dispatch_now(call)
    LiveKitProject.objects.update(is_default=False, url="ws://livekit.test", api_key="k", api_secret="s" * 40)
    call = Call.objects.get()
    due = dispatch_now(call).due_at
    assert due is not None
    assert due <= timezone.now()
    Call.objects.update(status=CallStatus.DIALING)
    with pytest.raises(Conflict):
        dispatch_now(call)


@pytest.mark.parametrize("status", [CallStatus.DIALING, CallStatus.RINGING])
def test_cancelling_a_call_that_is_dialed_asks_for_its_end(line: Line, status: CallStatus) -> None:
    call = line.place()
    Call.objects.update(status=status)
    call = cancel(call)
    assert (call.status, call.end_requested) == (status, Reason.CANCELED)


@pytest.mark.parametrize(
    "changed",
    [{"status": CallStatus.IN_PROGRESS}, {"status": CallStatus.COMPLETED}, {"direction": Direction.INBOUND}],
)
def test_an_answered_ended_or_inbound_call_is_not_cancelled(line: Line, changed: dict[str, str]) -> None:
    call = line.place()
    Call.objects.update(**changed)
    call.refresh_from_db()
    with pytest.raises(Conflict):
        cancel(call)
