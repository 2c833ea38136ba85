"""A LiveKit server whose webhooks reach this Voxa, and a number that can be called."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calls.choices import CallStatus
from calls.livekit.room_monitor import watch
from calls.models import Call
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.live.calls.conftest import Line
from tests.live.calls.events.relay import Relay
from tests.live.fixtures import made
from tests.live.process import wait_until
from tests.live.servers import LiveKitServer, RedisServer, SipBridge

GATEWAY, CALLER = "198.51.100.7", "+12025550177"


@pytest.fixture(scope="module")
def relay_process() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.stop()


@pytest.fixture(autouse=True)
def relay(transactional_db: None, relay_process: Relay) -> Iterator[Relay]:
    """What comes between LiveKit and Voxa, passing all on until a test says otherwise."""
    relay_process.listen(on=True)
    yield relay_process
    relay_process.listen(on=False)


@pytest.fixture(scope="module")
def livekit_process(server_folder: Path, relay_process: Relay) -> Iterator[LiveKitServer]:
    bus = made(lambda: RedisServer(server_folder))
    server = made(lambda: LiveKitServer(server_folder, bus, relay_process.url))
    bus.start()
    server.start()
    yield server
    server.stop()
    bus.stop()


@pytest.fixture(scope="module")
def sipbridge_process(server_folder: Path, livekit_process: LiveKitServer) -> Iterator[SipBridge]:
    bridge = made(lambda: SipBridge(server_folder, livekit_process))
    bridge.start()
    yield bridge
    bridge.stop()


@pytest.fixture
def webhooks_lost(relay: Relay) -> None:
    """None of LiveKit's webhooks arrives."""
    relay.takes = lambda number: False


@dataclass
class Doorbell:
    """A number of the line's workspace that can be called."""

    line: Line
    number: str

    def ring(self, **more: Any) -> str:
        """Call it and stay in the room; return the SIP side's id of the call."""
        answer = self.line.bridge.invite(CALLER, self.number, GATEWAY, join=True, **more)
        call_id: str = answer["call_id"]
        return call_id


@pytest.fixture
def doorbell(line: Line) -> Doorbell:
    trunk = create_trunk(line.workspace, {"name": "In", "gateways": [{"ip_or_domain": GATEWAY}]})
    number = line.number.number.replace("+1202", "+1303")
    add_number(trunk, number)
    trunk.refresh_from_db()
    assert trunk.status == "active", trunk.last_error
    return Doorbell(line, number)


def wait_for(status: CallStatus, seconds: float = 20, **which: Any) -> Call:
    """Wait until the one call that these fields name has a status; return it."""
    wait_until(lambda: Call.objects.filter(status=status, **which).exists(), f"{which} {status}", seconds)
    return Call.objects.get(**which)


def taken(to: str) -> Call:
    """Wait for the call of a number, and look into its room until it is answered there: no event has to tell that."""
    wait_until(lambda: Call.objects.filter(to_number=to).exists(), f"{to} is called")
    call = Call.objects.get(to_number=to)
    wait_until(lambda: _looked_taken(call), "the caller was taken")
    return wait_for(CallStatus.IN_PROGRESS, pk=call.pk)


def _looked_taken(call: Call) -> bool:
    watch(call.project)
    return Call.objects.filter(pk=call.pk, status=CallStatus.IN_PROGRESS).exists()


Dispatch = Callable[..., None]


def answered(line: Line, dispatch_until: Dispatch, to: str = "+12025550101", **more: Any) -> Call:
    """Place a call and dispatch until the callee answered."""
    call = line.place(to, **more)
    dispatch_until(lambda: Call.objects.filter(pk=call.pk).exclude(answered_at=None).exists())
    call.refresh_from_db()
    return call
