"""A call that was not dialed by its latest time lapses: while it waits, and before each dial."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from rest_framework.test import APIClient

from calls.choices import CallStatus, Reason
from calls.dialer.attempts import apply_refusal
from calls.dialer.lapse import end_lapsed
from calls.models import Call, Event
from calls.routing import route
from calls.routing.facts import call_facts, facts_now
from calls.routing.policies import first_refusal
from telephony.models import TelephonySettings
from tests.calls.conftest import CALLEE, Line

CALLS = "/v1/calls"


def in_minutes(minutes: float) -> str:
    return (timezone.now() + timedelta(minutes=minutes)).isoformat()


def body(line: Line, **more: Any) -> dict[str, Any]:
    return {"to": CALLEE, "from": line.number.number, "agentId": str(line.agent.pk), **more}


@pytest.mark.parametrize(
    ("times", "field", "code"),
    [
        ({"scheduledAt": -2}, "scheduledAt", "past"),
        ({"scheduledAt": -60 * 24 * 365}, "scheduledAt", "past"),
        ({"notAfter": -1}, "notAfter", "past"),
        ({"scheduledAt": 10, "notAfter": 5}, "notAfter", "not_after"),
        ({"notAfter": 60 * 24 * 365 * 3}, "notAfter", "not_after"),
    ],
)
def test_times_that_are_past_or_cross_are_refused(
    api: APIClient, line: Line, times: dict[str, float], field: str, code: str
) -> None:
    answer = api.post(CALLS, body(line, **{name: in_minutes(minutes) for name, minutes in times.items()}))
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"], detail["code"]) == (400, field, code)
    assert not Call.objects.exists()


def test_a_request_may_be_late_by_less_than_a_minute(api: APIClient, line: Line) -> None:
    assert api.post(CALLS, body(line, scheduledAt=in_minutes(-0.5))).status_code == 201


def test_a_call_that_waits_lapses_and_says_so(api: APIClient, line: Line) -> None:
    made = api.post(CALLS, body(line, notAfter=in_minutes(5))).json()
    assert made["notAfter"] is not None
    assert end_lapsed() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert end_lapsed() == 1
        assert end_lapsed() == 0
    shown = api.get(f"{CALLS}/{made['id']}").json()
    assert (shown["status"], shown["reason"]) == ("failed", "lapsed")
    assert Event.objects.filter(type="call.failed", data__reason="lapsed").count() == 1


def test_a_call_that_is_being_dialed_goes_on(line: Line) -> None:
    call = line.place(not_after=timezone.now() + timedelta(minutes=5))
    Call.objects.filter(pk=call.pk).update(status=CallStatus.RINGING)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert end_lapsed() == 0


def test_a_retry_and_the_last_look_before_a_dial_lapse_too(line: Line) -> None:
    call = line.place(not_after=timezone.now() + timedelta(minutes=5))
    now, config = timezone.now(), TelephonySettings.of(line.workspace.pk)
    facts = call_facts(call, route.Route((), line.trunk, line.number), config, now)
    assert first_refusal(facts) is None
    later = now + timedelta(minutes=5)
    refusal = first_refusal(facts_now(call, facts, later))
    assert refusal is not None
    assert (refusal.reason, refusal.until) == (Reason.LAPSED, None)
    apply_refusal(call, refusal, later)
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.FAILED, Reason.LAPSED)


def test_the_service_refuses_a_past_time_from_every_door(line: Line) -> None:
    with pytest.raises(ValidationError) as caught:
        line.place(scheduled_at=timezone.now() - timedelta(minutes=2))
    assert set(caught.value.error_dict) == {"scheduled_at"}
