"""A call that was called off rings no more, at whatever moment of its dial that was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from calls.choices import CallStatus, Reason
from calls.dialer.leg import Leg
from calls.dialer.rate_limits import SendWindow
from calls.dialer.threads import in_thread
from calls.models import Call
from calls.services.place import cancel
from tests.live.calls.conftest import Line, ended

pytestmark = [pytest.mark.live, pytest.mark.postgres]
Dispatch = Callable[..., None]
RINGS_ON = "+12025550999"


def silent(line: Line, call: Call) -> Callable[[], bool]:
    """Return the condition that a call is over and no phone of it rings."""
    over = ended(call)
    return lambda: over() and all(dial["status"] in ("hangup", "failed") for dial in line.dials(call))


def test_a_ringing_call_is_cancelled_and_not_dialed_again(line: Line, dispatch_until: Dispatch) -> None:
    line.settings(max_attempts=5, retry_delay_seconds=0)
    call = line.place(RINGS_ON)

    def cancelled() -> bool:
        if Call.objects.get(pk=call.pk).status != CallStatus.RINGING:
            return False
        cancel(call)
        return True

    dispatch_until(cancelled, 15)
    dispatch_until(silent(line, call), 15)
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.CANCELED, Reason.CANCELED)
    assert len(line.dials(call)) == 1


def test_a_call_cancelled_as_its_dial_sets_out_does_not_ring_on(
    line: Line, dispatch_until: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its room is closed before the dial reaches LiveKit, which makes the room anew for it."""
    dial_in = Leg.dial

    async def cancel_then_dial(leg: Leg, turn: Any) -> Any:
        """Its window is taken, and nothing asks again whether the call is wanted."""
        assert isinstance(turn, SendWindow)
        await in_thread(cancel, call)
        return await dial_in(leg, turn)

    monkeypatch.setattr(Leg, "dial", cancel_then_dial)
    monkeypatch.setattr("calls.dialer.rate_limits.LATENESS", timedelta(seconds=5))  # else it would not be sent so late
    call = line.place(RINGS_ON)
    dispatch_until(lambda: ended(call)() and bool(line.dials(call)), 15)
    dispatch_until(silent(line, call), 10)
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.CANCELED, Reason.CANCELED)
    assert len(line.dials(call)) == 1
