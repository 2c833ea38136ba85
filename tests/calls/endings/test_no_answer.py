"""A phone that rings out is not answered: told so, dialed again by policy, and never taken for unknown."""

from collections.abc import Callable

import pytest

from calls.choices import AttemptStatus, CallStatus, Reason
from tests.calls.sandbox_lines import SandboxLine, dispatch_until, ended, queued, reached

pytestmark = pytest.mark.postgres
LineOver = Callable[..., SandboxLine]
RINGS_OUT = "+12025550999"


@pytest.fixture(autouse=True)
def short_ringing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.dialer.dial.RINGING", 3.0)


def test_a_number_that_rings_out_is_dialed_again_while_attempts_are_left(line_over: LineOver) -> None:
    line = line_over()
    line.settings(max_attempts=2, retry_delay_seconds=60)
    call = line.place(RINGS_OUT)
    dispatch_until(queued(call, Reason.NO_ANSWER))
    type(call).objects.filter(pk=call.pk).update(due_at=call.queued_at)
    dispatch_until(ended(call))
    call.refresh_from_db()
    assert (call.status, call.reason, call.sip_status_code) == (CallStatus.NO_ANSWER, Reason.NO_ANSWER, None)
    first, second = call.attempts.all()
    assert (first.status, first.reason, first.sip_status) == ("failed", "no_answer", "sip request timed out")
    assert first.ringing_at is not None
    assert second.reason == Reason.NO_ANSWER


def test_a_gateway_that_only_says_trying_is_followed_by_the_next(line_over: LineOver) -> None:
    line = line_over("trying.example.org", "sip.example.org")
    call = line.place("+12025550101")
    dispatch_until(reached(call, CallStatus.IN_PROGRESS))
    first, second = call.attempts.all()
    assert (first.reason, first.ringing_at, second.status) == (Reason.NO_ANSWER, None, AttemptStatus.ANSWERED)


def test_a_phone_that_rang_out_is_not_made_to_ring_by_another_gateway(line_over: LineOver) -> None:
    line = line_over("one.example.org", "two.example.org")
    line.settings(max_attempts=1)
    call = line.place(RINGS_OUT)
    dispatch_until(ended(call))
    assert call.attempts.count() == 1
