"""The longest duration counts from the answer, and is kept on time whoever dialed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from calls.choices import CallStatus, Reason
from calls.models import Call
from tests.calls.sandbox_lines import SandboxLine, dispatch_until, ended, reached

pytestmark = pytest.mark.postgres
LineOver = Callable[..., SandboxLine]


@pytest.mark.parametrize("same_dispatcher", [True, False])
def test_a_call_talks_for_its_longest_duration_and_no_longer(line_over: LineOver, same_dispatcher: bool) -> None:
    line = line_over()
    call = line.place("+12025550101", max_duration_seconds=10)
    Call.objects.update(max_duration_seconds=3)  # less than a client may ask for
    if not same_dispatcher:
        dispatch_until(reached(call, CallStatus.IN_PROGRESS))
    dispatch_until(ended(call))
    call = Call.objects.get(pk=call.pk)
    assert (call.status, call.reason) == (CallStatus.COMPLETED, Reason.MAX_DURATION)
    assert call.ended_at is not None
    assert call.answered_at is not None
    talked = call.ended_at - call.answered_at
    assert timedelta(seconds=3) <= talked < timedelta(seconds=5)
