"""A call's state: each change once, forwards only, told to the timeline and to webhooks as the API gives it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import WebhookMessage
from accounts.services.webhooks import create_endpoint
from accounts.webhook_events import EVENT_TYPES
from calls.choices import ENDED, CallStatus, Reason
from calls.models import Attempt, Call, Event, UsageDay
from calls.services.timeline import advance, correct, end
from tests.calls.conftest import Line

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FORWARDS = [CallStatus.DIALING, CallStatus.RINGING, CallStatus.IN_PROGRESS, CallStatus.COMPLETED]


@pytest.fixture
def call(line: Line) -> Call:
    call = line.place()
    Call.objects.update(status=CallStatus.DIALING)
    return call


def later(seconds: int) -> datetime:
    return AT + timedelta(seconds=seconds)


def kinds(call: Call) -> list[str]:
    return list(Event.objects.filter(call=call).order_by("id").values_list("type", flat=True))


def test_a_call_moves_forward_and_each_step_is_told(call: Call) -> None:
    assert advance(call, CallStatus.RINGING, AT)
    assert advance(call, CallStatus.IN_PROGRESS, later(5), answered_at=later(5))
    assert end(call, later(65), Reason.CALLEE_HUNG_UP)
    assert (call.status, call.reason, call.duration_seconds) == ("completed", "callee_hung_up", 60)
    assert kinds(call) == ["call.queued", "call.ringing", "call.in_progress", "call.completed"]


def test_a_report_that_comes_twice_changes_nothing_the_second_time(call: Call) -> None:
    assert [advance(call, CallStatus.RINGING, AT) for _ in range(2)] == [True, False]
    assert [end(call, AT, Reason.BUSY, CallStatus.BUSY) for _ in range(2)] == [True, False]
    assert kinds(call) == ["call.queued", "call.ringing", "call.busy"]
    assert UsageDay.objects.get().calls == 1


def test_a_late_report_does_not_move_a_call_back(call: Call) -> None:
    advance(call, CallStatus.IN_PROGRESS, AT, answered_at=AT)
    assert not advance(call, CallStatus.RINGING, later(1))
    end(call, later(2), Reason.AGENT_HUNG_UP)
    assert not advance(call, CallStatus.IN_PROGRESS, later(3))
    assert not end(call, later(4), Reason.LOST, CallStatus.FAILED)
    call.refresh_from_db()
    assert (call.status, call.reason) == ("completed", "agent_hung_up")


@given(st.lists(st.sampled_from(FORWARDS), max_size=8))
def test_in_whatever_order_reports_come_a_call_only_moves_forward_and_ends_once(
    line: Line, reports: Sequence[CallStatus]
) -> None:
    call = line.place()
    seen = [-1]
    for place, status in enumerate(reports):
        if status in ENDED:
            end(call, later(place), Reason.CALLER_HUNG_UP, status)
        else:
            advance(call, status, later(place))
        call.refresh_from_db()
        seen.append(FORWARDS.index(CallStatus(call.status)) if call.status != "queued" else -1)
    assert seen == sorted(seen)
    assert kinds(call).count("call.completed") == (CallStatus.COMPLETED in reports)


def test_only_the_dispatcher_that_claimed_last_may_move_a_call(call: Call) -> None:
    Call.objects.update(fence=7)
    assert not advance(call, CallStatus.RINGING, AT, fence=6)
    assert not end(call, AT, Reason.BUSY, CallStatus.BUSY, fence=6)
    assert advance(call, CallStatus.RINGING, AT, fence=7)


@pytest.mark.parametrize(("answered_at", "status"), [(AT, "completed"), (None, "no_answer")])
def test_answered_means_completed_where_no_status_is_given(
    call: Call, answered_at: datetime | None, status: str
) -> None:
    Call.objects.update(answered_at=answered_at)
    end(call, later(30), Reason.CALLEE_HUNG_UP)
    assert (call.status, call.duration_seconds) == (status, 30 if answered_at else 0)


def test_a_call_that_ends_ends_its_dial(call: Call) -> None:
    attempt = Attempt.objects.create(call=call, number=1, room_name="call-x-1", status="answered", started_at=AT)
    advance(call, CallStatus.IN_PROGRESS, AT, answered_at=AT)
    end(call, later(9), Reason.MAX_DURATION)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.ended_at) == ("ended", later(9))


def test_an_ended_call_holds_no_lease(call: Call) -> None:
    Call.objects.update(leased_until=AT, due_at=AT)
    end(call, AT, Reason.BUSY, CallStatus.BUSY)
    assert (call.leased_until, call.lease_token, call.due_at, call.ended_at) == (None, None, None, AT)


def test_what_a_late_report_adds_is_put_right_with_the_usage(call: Call) -> None:
    end(call, later(60), Reason.LOST, CallStatus.FAILED)
    assert correct(call, later(50), Reason.CALLEE_HUNG_UP, CallStatus.COMPLETED, answered_at=AT)
    assert not correct(call, later(50), Reason.CALLEE_HUNG_UP, CallStatus.COMPLETED, answered_at=AT)
    counted = {row.outcome: (row.calls, row.answered, row.seconds) for row in UsageDay.objects.all()}
    assert counted == {"failed": (0, 0, 0), "completed": (1, 1, 50)}


def test_webhooks_carry_the_call_as_the_api_gives_it(api: APIClient, line: Line) -> None:
    create_endpoint(line.workspace, "https://hooks.example.com/voxa", ["call.status", "call.ended"])
    call = line.place(metadata={"order": 7})
    Attempt.objects.create(call=call, number=1, room_name="call-1", started_at=AT, sip_status_code=486, ended_at=AT)
    end(call, AT, Reason.BUSY, CallStatus.BUSY, sip_status_code=486)
    messages = list(WebhookMessage.objects.order_by("created_at"))
    assert [message.event_type for message in messages] == ["call.status", "call.status", "call.ended"]
    assert messages[0].payload["status"] == "queued"
    given_by_api = api.get(f"/v1/calls/{call.pk}").json()
    assert messages[1].payload == messages[2].payload == given_by_api
    assert given_by_api["attempts"][0]["sipStatusCode"] == 486


@pytest.mark.parametrize("event", ["call.status", "call.ended"])
def test_the_documented_example_has_the_fields_of_a_call(api: APIClient, line: Line, event: str) -> None:
    call = line.place()
    Attempt.objects.create(call=call, number=1, room_name="call-1", started_at=AT)
    shown, example = api.get(f"/v1/calls/{call.pk}").json(), EVENT_TYPES[event].example
    assert list(example) == list(shown)
    assert list(example["attempts"][0]) == list(shown["attempts"][0])
