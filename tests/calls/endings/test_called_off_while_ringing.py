"""A call that is ended while it rings says so, and so does its attempt."""

from collections.abc import Callable

import pytest

from calls.choices import AttemptStatus, CallStatus, Reason
from calls.models import Call
from calls.services.hangup import hang_up
from calls.services.place import cancel
from tests.calls.sandbox_lines import SandboxLine, dispatch_until, ended

pytestmark = pytest.mark.postgres
LineOver = Callable[..., SandboxLine]


@pytest.mark.parametrize(
    ("how", "reason"), [(cancel, Reason.CANCELED), (lambda call: hang_up(call, Reason.HUNG_UP), Reason.HUNG_UP)]
)
def test_the_attempt_of_a_call_ended_while_it_rings_is_canceled(
    line_over: LineOver, how: Callable[[Call], Call], reason: Reason
) -> None:
    line = line_over()
    call = line.place("+12025550999")

    def called_off() -> bool:
        if Call.objects.get(pk=call.pk).status != CallStatus.RINGING:
            return False
        how(call)
        return True

    dispatch_until(called_off)
    dispatch_until(ended(call))
    call.refresh_from_db()
    attempt = call.attempts.get()
    assert (call.status, call.reason) == (CallStatus.CANCELED, reason)
    assert (attempt.status, attempt.reason) == (AttemptStatus.CANCELED, reason)
    assert attempt.ended_at is not None
