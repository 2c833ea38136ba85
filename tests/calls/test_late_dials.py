"""A dial whose turn has passed is not sent, so that a stalled process breaks no limit when it goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from telephony.livekit import DialTooLate, LiveKitClient, SipRefused
from telephony.livekit.rooms import LONGEST_RINGING, Dial, dial
from tests.calls.sink import DialSink


def asked(ringing: float = 1) -> Dial:
    return Dial(
        livekit_trunk_id="ST_1", to="+12025550123", caller_id="+12025550100", room="r", identity="phone",
        ringing_seconds=ringing, max_seconds=60,
    )  # fmt: skip


@pytest.fixture
def client(sink: DialSink) -> LiveKitClient:
    return LiveKitClient(sink.url, sink.key, sink.secret)


def test_a_late_dial_is_not_sent(client: LiveKitClient, sink: DialSink) -> None:
    with pytest.raises(DialTooLate):
        client.run(dial(asked(), not_after=datetime.now(UTC) - timedelta(milliseconds=1)))
    assert sink.dials == []


def test_a_dial_in_time_is_sent(client: LiveKitClient, sink: DialSink) -> None:
    with pytest.raises(SipRefused):
        client.run(dial(asked(), not_after=datetime.now(UTC) + timedelta(minutes=1)))
    assert len(sink.dials) == 1


def test_a_dial_never_rings_longer_than_the_server_waits() -> None:
    with pytest.raises(ValueError, match="75 seconds"):
        dial(asked(LONGEST_RINGING + 1))
