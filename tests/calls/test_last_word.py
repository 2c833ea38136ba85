"""What changes while a call waits for its turn still holds: the policies are asked once more as it is dialed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import AttemptStatus, CallStatus, Reason
from calls.dialer import attempts, retries
from calls.dialer.outcomes import Next, Outcome
from calls.dialer.queue import claim_due
from calls.dialer.rate_limits import HORIZON, SendWindow
from calls.dialer.start import Prepared, prepare
from calls.models import Attempt, Call, DialSlot, DoNotCall
from calls.routing.policies import Refusal
from telephony.models import LiveKitObject, LiveKitProject, TelephonySettings
from tests.calls.conftest import CALLEE, Line

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10:00 at the callee
GATEWAY = Outcome(Reason.GATEWAY_ERROR, CallStatus.FAILED, Next.NEXT_GATEWAY, 503, "Service Unavailable")


@dataclass
class Dial:
    """A call on its way, up to asking LiveKit."""

    ready: Prepared
    attempt: Attempt

    def turn(self) -> SendWindow | datetime | Refusal:
        DialSlot.objects.all().delete()
        return attempts.turn(self.ready.call, self.attempt, self.ready.limits, 0, self.ready.facts)


@pytest.fixture
def configured(line: Line) -> Line:
    LiveKitProject.objects.update(is_default=False, url="ws://livekit.test", api_key="k", api_secret="s" * 40)
    return line


def claimed(call: Call) -> Prepared | None:
    fences = dict(claim_due(uuid4(), timezone.now(), 9))
    return prepare(call.pk, fences[call.pk], timezone.now())


def begin(line: Line, hop: int = 0) -> Dial:
    DialSlot.objects.all().delete()
    ready = claimed(line.place())
    assert ready is not None
    return next_hop(ready, hop)


def next_hop(ready: Prepared, hop: int) -> Dial:
    begun = attempts.begin(ready.call, ready.route, ready.route.hops[hop], ready.limits, timezone.now())
    assert not isinstance(begun, Refusal), begun
    return Dial(ready, begun[0])


def test_a_number_added_to_do_not_call_while_its_call_waits_is_not_dialed(configured: Line) -> None:
    call = configured.place(scheduled_at=timezone.now() + timedelta(hours=1))
    DoNotCall.objects.create(workspace=configured.workspace, number=CALLEE)
    Call.objects.update(due_at=timezone.now())
    assert claimed(call) is None
    call.refresh_from_db()
    assert (call.status, call.reason, call.attempts_made) == (CallStatus.FAILED, Reason.DO_NOT_CALL, 0)


def test_nor_where_it_is_added_while_the_dial_waits_for_its_turn(configured: Line) -> None:
    dial = begin(configured)
    DoNotCall.objects.create(workspace=configured.workspace, number=CALLEE)
    refusal = dial.turn()
    assert isinstance(refusal, Refusal)
    attempts.refused(dial.ready.call, dial.attempt, refusal, timezone.now())
    attempt, call = Attempt.objects.get(), Call.objects.get()
    assert (attempt.status, attempt.reason, attempt.dialed_at) == (AttemptStatus.FAILED, Reason.DO_NOT_CALL, None)
    assert (call.status, call.reason) == (CallStatus.FAILED, Reason.DO_NOT_CALL)


def test_the_next_gateway_does_not_dial_a_number_added_meanwhile(configured: Line) -> None:
    dial = begin(configured)
    assert isinstance(dial.turn(), SendWindow)
    assert retries.unanswered(dial.ready.call, dial.attempt, GATEWAY, timezone.now(), more_hops=True)
    DoNotCall.objects.create(workspace=configured.workspace, number=CALLEE)
    assert isinstance(next_hop(dial.ready, 0).turn(), Refusal)


def test_calling_hours_that_end_while_the_dial_waits_put_it_off(configured: Line) -> None:
    configured.settings(calling_hours_start=time(9), calling_hours_end=time(10, 0, 2))
    with time_machine.travel(AT, tick=False) as clock:
        dial = begin(configured)
        clock.shift(2)
        refusal = dial.turn()
        assert isinstance(refusal, Refusal)
        attempts.refused(dial.ready.call, dial.attempt, refusal, timezone.now())
    call = Call.objects.get()
    assert (call.status, call.reason) == (CallStatus.QUEUED, Reason.CALLING_HOURS)
    assert call.due_at == AT.replace(hour=14) + timedelta(days=1)


def test_two_calls_of_one_callee_on_their_way_do_not_break_the_limit_of_a_day(configured: Line) -> None:
    configured.settings(daily_attempts_per_callee=1)
    first, second = begin(configured), begin(configured)
    taken = first.turn()
    assert isinstance(taken, SendWindow)
    refusal = second.turn()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.until) == (Reason.CALLEE_ATTEMPTS, taken.at + timedelta(hours=24))


def test_a_call_that_a_gateway_failed_waits_for_the_next_one_in_place(configured: Line) -> None:
    """At a call a second the next turn is further off than dials are planned: given back, it never came to its turn."""
    dial = begin(configured)
    assert retries.unanswered(dial.ready.call, dial.attempt, GATEWAY, timezone.now(), more_hops=True)
    DialSlot.objects.update(next_at=timezone.now() + 2 * HORIZON)
    assert next_hop(dial.ready, 0).attempt.number == 2


@pytest.mark.parametrize("gone", [lambda agent: agent.delete(), lambda agent: type(agent).objects.update(active=False)])
def test_without_an_agent_nobody_is_called(configured: Line, gone: Callable[..., object]) -> None:
    call = configured.place()
    gone(configured.agent)
    assert claimed(call) is None
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.FAILED, Reason.NO_AGENT)


def test_a_workspace_that_moved_takes_its_waiting_calls_along(configured: Line) -> None:
    call = configured.place()
    other = LiveKitProject.objects.create(name="Other", url="ws://other.test", api_key="k", api_secret="s" * 40)
    TelephonySettings.objects.filter(pk=configured.workspace.pk).update(project=other)
    assert claimed(call) is None
    call.refresh_from_db()
    assert call.reason == Reason.NO_TRUNK, "the gateways of the former LiveKit are not asked"
    LiveKitObject.objects.update(project=other)
    dial = begin(configured)
    assert Call.objects.get(pk=dial.ready.call.pk).project == other


def test_a_neighbours_list_stops_nobody(configured: Line, globex: Workspace) -> None:
    DoNotCall.objects.create(workspace=globex, number=CALLEE)
    assert isinstance(begin(configured).turn(), SendWindow)
