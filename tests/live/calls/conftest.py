"""A workspace on the real server with a line out, and a dispatcher to run."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Workspace
from accounts.services.workspaces import create_workspace
from calls.choices import ENDED
from calls.dialer.dispatcher import Dispatcher
from calls.models import Call
from calls.services.place import place_call
from telephony.models import Agent, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.live.servers import LiveKitServer, SipBridge

_numbers = itertools.count(2_025_550_000)


@dataclass
class Line:
    """A workspace's way out: place calls and look at them."""

    workspace: Workspace
    trunk: Trunk
    number: PhoneNumber
    agent: Agent
    bridge: SipBridge

    def place(self, to: str, **more: Any) -> Call:
        return place_call(self.workspace, to=to, from_=self.number.number, agent=self.agent, **more)

    def settings(self, **fields: Any) -> None:
        TelephonySettings.objects.filter(pk=self.workspace.pk).update(**fields)

    def dials(self, call: Call | None = None) -> list[dict[str, Any]]:
        """Return the dials that reached the SIP side, of one call or of all."""
        room = f"call-{call.pk}" if call else "call-"
        return [leg for leg in self.bridge.calls() if leg["direction"] == "outbound" and leg["room"].startswith(room)]


@pytest.fixture
def make_line(transactional_db: None, livekit_server: LiveKitServer, sipbridge: SipBridge) -> Callable[..., Line]:
    """`make_line("sip.example.org", ...)` gives a line over gateways of these addresses, tried in this order."""

    def make(*addresses: str, per_second: int = 100, **trunk_fields: Any) -> Line:
        project = LiveKitProject.objects.filter(url=livekit_server.url).first() or LiveKitProject.objects.create(
            name="Real", url=livekit_server.url, api_key=livekit_server.key, api_secret=livekit_server.secret
        )
        workspace = create_workspace("Acme")
        settings = TelephonySettings.of(workspace.pk)
        settings.project = project
        settings.save()
        gateways = [{"ip_or_domain": address, "inbound": False} for address in addresses or ("sip.example.org",)]
        data = {"name": "Out", "gateways": gateways, "calls_per_second": Decimal(per_second), **trunk_fields}
        trunk = create_trunk(workspace, data)
        number = add_number(trunk, f"+1{next(_numbers)}")
        trunk.refresh_from_db()
        assert trunk.status == "active", trunk.last_error
        agent = create_agent(workspace, {"name": "Caller"})
        return Line(workspace, trunk, number, agent, sipbridge)

    return make


@pytest.fixture
def line(make_line: Callable[..., Line]) -> Line:
    return make_line()


@pytest.fixture
def dispatch_until() -> Callable[..., None]:
    """`dispatch_until(lambda: ...)` runs a dispatcher until the condition holds, and fails after `seconds`."""

    def run(done: Callable[[], bool], seconds: float = 20) -> None:
        asyncio.run(_run(done, seconds))

    return run


async def _run(done: Callable[[], bool], seconds: float) -> None:
    dispatcher = Dispatcher()
    running = asyncio.create_task(dispatcher.run())
    try:
        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(done):
                await asyncio.sleep(0.05)
    finally:
        dispatcher.stop()
        await running


def ended(*calls: Call) -> Callable[[], bool]:
    """Return the condition that calls are over."""
    ids = [call.pk for call in calls]
    return lambda: Call.objects.filter(pk__in=ids, status__in=ENDED).count() == len(ids)
