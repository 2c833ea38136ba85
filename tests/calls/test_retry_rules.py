"""What follows a dial: the next gateway, another dial later, or the end."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Workspace
from calls.choices import AttemptStatus, CallStatus, Reason
from calls.dialer import attempts, retries
from calls.dialer.attempts import ClaimLost
from calls.dialer.outcomes import Next, Outcome
from calls.dialer.rate_limits import limits_of
from calls.models import Attempt, Call, DialSlot, Event
from calls.routing import route
from calls.routing.policies import Refusal
from calls.routing.route import Route
from telephony.models import TelephonySettings
from tests.calls.conftest import Line, make_line

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
BUSY = Outcome(Reason.BUSY, CallStatus.BUSY, Next.LATER, 486, "Busy Here")
GATEWAY = Outcome(Reason.GATEWAY_ERROR, CallStatus.FAILED, Next.NEXT_GATEWAY, 503, "Service Unavailable")
NO_ROOM = Outcome(Reason.CARRIER_LIMIT, CallStatus.FAILED, Next.SLOW_DOWN, 503, "CPS limit exceeded")
AWAY = Outcome(Reason.LIVEKIT_UNAVAILABLE, CallStatus.FAILED, Next.WAIT, sip_status="LiveKit has no SIP service.")
MEDIA = Outcome(Reason.MEDIA_REFUSED, CallStatus.FAILED, Next.NEXT_GATEWAY, 488, "Not Acceptable Here", final=True)
DECLINED = Outcome(Reason.DECLINED, CallStatus.FAILED, Next.STOP, 603, "Decline")
UNKNOWN = Outcome(Reason.OUTCOME_UNKNOWN, CallStatus.FAILED, Next.LOOK)


@dataclass
class Dialler:
    """A dispatcher with one call."""

    line: Line
    call: Call

    def begin(self) -> Attempt:
        """Record the next dial, whatever became of the one before."""
        DialSlot.objects.all().delete()
        config = TelephonySettings.of(self.line.workspace.pk)
        found = route.route(self.call, config, AT)
        assert isinstance(found, Route)
        begun = attempts.begin(self.call, found, found.hops[0], limits_of(found.trunk, config), AT)
        assert not isinstance(begun, Refusal)
        return begun[0]

    def dial(self, outcome: Outcome, *, more_hops: bool = False) -> bool:
        """Dial once with this outcome; return whether the next gateway is to be tried."""
        again = retries.unanswered(self.call, self.begin(), outcome, AT, more_hops=more_hops)
        self.call.refresh_from_db()
        return again

    @property
    def waits(self) -> timedelta | None:
        return self.call.due_at - AT if self.call.due_at and self.call.status == CallStatus.QUEUED else None


@pytest.fixture
def dialler(acme: Workspace) -> Dialler:
    line = make_line(acme, gateways=2)
    return Dialler(line, line.place())


def test_an_attempt_is_recorded_with_room_trunk_and_gateway_before_the_dial(dialler: Dialler) -> None:
    attempt = dialler.begin()
    assert attempt.room_name == f"call-{dialler.call.pk}-1" == dialler.call.room_name
    assert (attempt.trunk, attempt.gateway_id is None, attempt.dialed_at) == (dialler.line.trunk, False, None)
    assert (dialler.call.status, dialler.call.attempts_made, dialler.call.due_at) == (CallStatus.DIALING, 1, None)


def test_a_busy_callee_is_dialed_again_twice_as_late_each_time_and_then_no_more(dialler: Dialler) -> None:
    dialler.line.settings(max_attempts=3, retry_delay_seconds=60)
    waits = []
    for _ in range(3):
        assert not dialler.dial(BUSY)
        waits.append(dialler.waits)
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), None]
    assert (dialler.call.status, dialler.call.reason, dialler.call.sip_status_code) == ("busy", "busy", 486)


def test_no_wait_between_two_dials_is_longer_than_a_day(dialler: Dialler) -> None:
    dialler.line.settings(max_attempts=20, retry_delay_seconds=80_000)
    dialler.dial(BUSY)
    dialler.dial(BUSY)
    assert dialler.waits == timedelta(days=1)


def test_a_gateway_that_fails_hands_over_to_the_next_one_at_once(dialler: Dialler) -> None:
    assert dialler.dial(GATEWAY, more_hops=True)
    assert dialler.call.status == CallStatus.DIALING
    assert not dialler.dial(GATEWAY, more_hops=False)
    assert dialler.waits == timedelta(seconds=300)


def test_a_go_through_several_gateways_is_one_attempt(dialler: Dialler) -> None:
    dialler.line.settings(max_attempts=2, retry_delay_seconds=60)
    waits = []
    for _ in range(2):
        assert dialler.dial(GATEWAY, more_hops=True)
        assert not dialler.dial(GATEWAY, more_hops=False)
        waits.append(dialler.waits)
    assert waits == [timedelta(minutes=1), None]
    assert (dialler.call.status, dialler.call.attempts_made) == (CallStatus.FAILED, 4)


@pytest.mark.parametrize("outcome", [DECLINED, UNKNOWN])
def test_a_refusal_or_an_unknown_outcome_is_final(dialler: Dialler, outcome: Outcome) -> None:
    assert not dialler.dial(outcome, more_hops=True)
    assert (dialler.call.status, dialler.call.reason) == (CallStatus.FAILED, outcome.reason)
    expected = AttemptStatus.UNKNOWN if outcome is UNKNOWN else AttemptStatus.FAILED
    assert dialler.call.attempts.get().status == expected


def test_a_carrier_without_room_lets_its_trunk_rest_and_costs_no_attempt(dialler: Dialler) -> None:
    dialler.line.settings(max_attempts=1)
    for _ in range(2):
        dialler.dial(NO_ROOM)
        assert dialler.waits == retries.NO_ROOM_FOR
        assert DialSlot.objects.get(pk=dialler.line.trunk.pk).next_at >= AT + retries.NO_ROOM_FOR
    dialler.dial(BUSY)
    assert dialler.call.status == CallStatus.BUSY


def test_what_was_not_dialed_is_taken_back_and_counts_nowhere(dialler: Dialler) -> None:
    dialler.line.settings(max_attempts=1)
    for _ in range(3):
        assert not dialler.dial(AWAY, more_hops=True)
        call = dialler.call
        assert (call.status, call.reason, call.attempts_made, call.started_at) == (
            CallStatus.QUEUED, Reason.LIVEKIT_UNAVAILABLE, 0, None,
        )  # fmt: skip
        assert call.due_at is not None
        assert call.due_at <= AT, "it keeps its place"
        assert not call.attempts.exists()
    assert Event.objects.filter(type="call.put_off").last().data["message"] == "LiveKit has no SIP service."  # type: ignore[union-attr]
    assert DialSlot.objects.get(pk=dialler.call.project_id).full_until > AT
    dialler.dial(BUSY)
    assert dialler.call.status == CallStatus.BUSY, "its one attempt"


def test_the_room_of_an_attempt_that_was_taken_back_is_not_used_again(dialler: Dialler) -> None:
    rooms = set()
    for _ in range(3):
        attempt = dialler.begin()
        rooms.add(attempt.room_name)
        retries.unanswered(dialler.call, attempt, AWAY, AT, more_hops=False)
        dialler.call.refresh_from_db()
    assert len(rooms) == 3


def test_what_another_time_does_not_help_ends_after_the_last_gateway(dialler: Dialler) -> None:
    assert dialler.dial(MEDIA, more_hops=True)
    assert not dialler.dial(MEDIA, more_hops=False)
    assert (dialler.call.status, dialler.call.reason) == (CallStatus.FAILED, Reason.MEDIA_REFUSED)


@pytest.mark.parametrize(("asked", "waits"), [(90, 90), (2, 5), (90_000, 3600)])
def test_a_carriers_retry_after_lets_its_trunk_rest_for_as_long(dialler: Dialler, asked: int, waits: int) -> None:
    dialler.dial(replace(NO_ROOM, after=asked))
    assert dialler.waits == timedelta(seconds=waits)


def test_even_dials_that_reach_nobody_come_to_an_end(dialler: Dialler) -> None:
    Call.objects.update(attempts_made=retries.MOST_DIALS - 1)
    dialler.call.refresh_from_db()
    dialler.dial(NO_ROOM)
    assert (dialler.call.status, dialler.call.reason) == (CallStatus.FAILED, Reason.CARRIER_LIMIT)


def test_a_call_that_is_to_end_is_not_dialed_again(dialler: Dialler) -> None:
    attempt = dialler.begin()
    Call.objects.update(end_requested=Reason.CANCELED)
    assert not retries.unanswered(dialler.call, attempt, BUSY, AT, more_hops=True)
    assert (dialler.call.status, dialler.call.reason) == (CallStatus.CANCELED, Reason.CANCELED)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.reason) == (AttemptStatus.CANCELED, Reason.CANCELED)


def test_a_dial_that_was_surely_not_made_is_made_again_at_once(dialler: Dialler) -> None:
    retries.never_dialed(dialler.call, dialler.begin(), AT)
    assert (dialler.waits, dialler.call.attempts.get().status) == (timedelta(0), AttemptStatus.FAILED)


def test_an_answer_gives_the_call_to_the_reaper(dialler: Dialler) -> None:
    attempt = dialler.begin()
    attempts.rang(dialler.call, attempt, AT)
    assert attempts.answered(dialler.call, attempt, None, AT)
    attempt.refresh_from_db()
    call = Call.objects.get()
    assert (call.status, call.answered_at, call.lease_token) == (CallStatus.IN_PROGRESS, AT, None)
    assert call.leased_until == AT + timedelta(seconds=call.max_duration_seconds)
    assert (attempt.status, attempt.ringing_at, attempt.answered_at) == (AttemptStatus.ANSWERED, AT, AT)


def test_whoever_lost_the_call_writes_nothing(dialler: Dialler) -> None:
    attempt = dialler.begin()
    Call.objects.update(fence=9)
    for write in (
        lambda: retries.unanswered(dialler.call, attempt, BUSY, AT, more_hops=True),
        lambda: attempts.answered(dialler.call, attempt, None, AT),
        lambda: retries.never_dialed(dialler.call, attempt, AT),
        dialler.begin,
    ):
        with pytest.raises(ClaimLost):
            write()
    attempt.refresh_from_db()
    assert (attempt.status, Call.objects.get().status) == (AttemptStatus.DIALING, CallStatus.DIALING)


@pytest.mark.parametrize(
    ("refusal", "status", "due"),
    [
        (Refusal(Reason.DO_NOT_CALL, "On the list."), CallStatus.FAILED, None),
        (Refusal(Reason.CALLING_HOURS, "Night.", AT + timedelta(hours=9)), CallStatus.QUEUED, AT + timedelta(hours=9)),
    ],
)
def test_a_refusal_for_good_ends_the_call_and_one_that_passes_puts_it_off(
    dialler: Dialler, refusal: Refusal, status: CallStatus, due: datetime | None
) -> None:
    attempts.apply_refusal(dialler.call, refusal, AT)
    call = Call.objects.get()
    assert (call.status, call.reason, call.due_at) == (status, refusal.reason, due)


def test_a_call_put_off_for_want_of_a_slot_keeps_its_place_in_the_queue(dialler: Dialler) -> None:
    queued_at = dialler.call.queued_at
    full = Refusal(Reason.CONCURRENCY, "Full.", AT + timedelta(days=900))
    attempts.apply_refusal(dialler.call, full, AT + timedelta(days=900))
    dialler.call.refresh_from_db()
    assert dialler.call.due_at == queued_at
    attempts.apply_refusal(dialler.call, full, AT + timedelta(days=900))
    assert Event.objects.filter(type="call.put_off").count() == 1, "the timeline tells a reason once"
