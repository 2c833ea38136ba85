"""A queued call is dialed as asked, and what comes of it is read from its SIP code."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.models import Call
from tests.live.calls.conftest import Line, ended

pytestmark = [pytest.mark.live, pytest.mark.postgres]
Dispatch = Callable[..., None]


def reached(call: Call, status: CallStatus) -> Callable[[], bool]:
    return lambda: Call.objects.filter(pk=call.pk, status=status).exists()


def test_a_due_call_is_dialed_within_a_second_with_what_was_asked(
    make_line: Callable[..., Line], dispatch_until: Dispatch
) -> None:
    line = make_line(tech_prefix="99#", leading_plus=False)
    call = line.place("+12025550101", metadata={"order": 7})
    dispatch_until(reached(call, CallStatus.IN_PROGRESS))
    (dial,) = line.dials(call)
    request = dial["request"]
    assert request["call_to"] == "99%2312025550101"
    assert request["number"] == line.number.number
    assert request["participant_identity"] == "phone"
    assert dial["room"] == f"call-{call.pk}-1"
    call.refresh_from_db()
    (attempt,) = call.attempts.all()
    assert attempt.livekit_trunk_id == request["sip_trunk_id"]
    assert (call.room_name, call.sip_status_code) == (dial["room"], 200)
    assert attempt.dialed_at is not None
    assert call.due_at is None
    assert attempt.dialed_at - call.created_at < timedelta(seconds=1)
    assert [event.type for event in call.events.all()] == ["call.queued", "call.dialing", "call.in_progress"]


@pytest.mark.parametrize(
    ("ending", "status", "reason"),
    [
        ("0404", CallStatus.FAILED, Reason.NOT_FOUND),
        ("0603", CallStatus.FAILED, Reason.DECLINED),
    ],
)
def test_a_final_refusal_is_not_dialed_again(
    line: Line, dispatch_until: Dispatch, ending: str, status: CallStatus, reason: Reason
) -> None:
    call = line.place(f"+1202555{ending}")
    dispatch_until(ended(call))
    call.refresh_from_db()
    assert (call.status, call.reason, call.sip_status_code) == (status, reason, int(ending))
    assert len(line.dials(call)) == 1


@pytest.mark.parametrize(
    ("ending", "reason"),
    [("0486", Reason.BUSY), ("0480", Reason.UNAVAILABLE), ("0408", Reason.NO_ANSWER)],
)
def test_busy_unreachable_and_unanswered_are_dialed_again_later(
    line: Line, dispatch_until: Dispatch, ending: str, reason: Reason
) -> None:
    line.settings(retry_delay_seconds=600, max_attempts=2)
    call = line.place(f"+1202555{ending}")
    dispatch_until(lambda: Call.objects.filter(pk=call.pk, status="queued", attempts_made=1).exists())
    call.refresh_from_db()
    assert (call.reason, call.sip_status_code) == (reason, int(ending))
    assert call.due_at is not None
    assert call.due_at > timezone.now() + timedelta(seconds=590)
    Call.objects.filter(pk=call.pk).update(due_at=timezone.now())
    dispatch_until(ended(call))
    call.refresh_from_db()
    assert (call.reason, call.attempts_made) == (reason, 2)
    assert len(line.dials(call)) == 2


def test_a_failing_gateway_hands_over_to_the_next(make_line: Callable[..., Line], dispatch_until: Dispatch) -> None:
    line = make_line("s503.example.org", "sip.example.org")
    call = line.place("+12025550102")
    dispatch_until(reached(call, CallStatus.IN_PROGRESS))
    first, second = line.dials(call)
    assert (first["sip_status"], second["sip_status"]) == (503, 200)
    attempts = list(call.attempts.values_list("status", "reason", "sip_status_code"))
    assert attempts == [("failed", Reason.GATEWAY_ERROR, 503), ("answered", "", 200)]


def test_the_next_gateway_is_reached_at_a_call_a_second_among_others(
    make_line: Callable[..., Line], dispatch_until: Dispatch
) -> None:
    line = make_line("s503.example.org", "sip.example.org", per_second=1)
    calls = [line.place(f"+120255501{number}") for number in (11, 12)]
    answered = Call.objects.filter(status=CallStatus.IN_PROGRESS)
    dispatch_until(lambda: answered.count() == len(calls))
    for call in calls:
        assert [dial["sip_status"] for dial in line.dials(call)] == [503, 200]


def test_a_callee_who_declined_is_not_called_through_another_gateway(
    make_line: Callable[..., Line], dispatch_until: Dispatch
) -> None:
    line = make_line("sip.example.org", "sip2.example.org")
    call = line.place("+12025550603")
    dispatch_until(ended(call))
    assert len(line.dials(call)) == 1


def test_a_phone_that_nobody_answers_rings_to_its_limit(
    line: Line, dispatch_until: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.dialer.dial.RINGING", 3.0)
    line.settings(max_attempts=1)
    call = line.place("+12025550999")
    dispatch_until(reached(call, CallStatus.RINGING))
    dispatch_until(ended(call))
    call.refresh_from_db()
    assert (call.status, call.reason, call.sip_status_code) == (CallStatus.NO_ANSWER, Reason.NO_ANSWER, None)


def test_a_lost_answer_is_settled_by_the_room_and_never_dialed_again(
    make_line: Callable[..., Line], dispatch_until: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.dialer.dial.RINGING", 2.0)
    line = make_line("lost.example.org")
    call = line.place("+12025550103")
    dispatch_until(reached(call, CallStatus.IN_PROGRESS), 30)
    assert len(line.dials(call)) == 1


def test_a_lost_answer_without_a_trace_is_left_to_a_person(
    make_line: Callable[..., Line], dispatch_until: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.dialer.dial.RINGING", 2.0)
    line = make_line("lost.example.org", "sip.example.org")
    call = line.place("+12025550201")  # gone from its room before anyone looks
    dispatch_until(ended(call), 30)
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.FAILED, Reason.OUTCOME_UNKNOWN)
    assert len(line.dials(call)) == 1
