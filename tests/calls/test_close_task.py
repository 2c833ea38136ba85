"""A room that cannot be closed now costs a line in the log, and the call stays live for the next look."""

import pytest

from calls.choices import CallStatus, Reason
from calls.models import Call
from calls.tasks import close_call
from telephony.livekit import LiveKitUnreached
from tests.calls.conftest import Line


def test_livekit_away_is_no_traceback(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    call = line.place()
    Call.objects.filter(pk=call.pk).update(
        status=CallStatus.IN_PROGRESS, room_name="call-1", end_requested=Reason.HUNG_UP
    )

    def away(project: object) -> None:
        raise LiveKitUnreached("LiveKit cannot be reached.")

    monkeypatch.setattr("calls.livekit.closing.client_for", away)
    close_call(str(call.pk))
    call.refresh_from_db()
    assert call.status == CallStatus.IN_PROGRESS
    (record,) = [record for record in caplog.records if record.name == "calls.livekit.tasks"]
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "LiveKit cannot be reached." in record.getMessage()
