"""Acme with a line out through the sandbox, dispatchers to dial it, and switches for what the sandbox plays."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from livekit.api import AccessToken, SIPGrants

from accounts.models import Workspace
from calls.choices import ENDED
from calls.dialer.dispatcher import Dispatcher
from calls.models import Call
from calls.services.place import place_call
from telephony.models import Agent, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.sandbox import SandboxServer


@dataclass
class SandboxLine:
    """A workspace's way out through a sandbox of its own."""

    sandbox: SandboxServer
    workspace: Workspace
    trunk: Trunk
    number: PhoneNumber
    agent: Agent

    def place(self, to: str, **more: Any) -> Call:
        return place_call(self.workspace, to=to, from_=self.number.number, agent=self.agent, **more)

    def settings(self, **fields: Any) -> None:
        TelephonySettings.objects.filter(pk=self.workspace.pk).update(**fields)

    def sip(self, state: str) -> None:
        """Make the SIP service `on`, `off`, `draining` or `overloaded`."""
        token = AccessToken(self.sandbox.key, self.sandbox.secret).with_sip_grants(SIPGrants(admin=True)).to_jwt()
        told = {"Authorization": f"Bearer {token}"}
        httpx.post(f"{self.sandbox.http_url}/sandbox/control", json={"sip": state}, headers=told).raise_for_status()

    def dials(self) -> int:
        """Count the phones that rang or were tried, by what the sandbox told."""
        return sum(line.startswith("participant_joined") and ", phone" in line for line in self.sandbox.lines)


def make_line(workspace: Workspace, sandbox: SandboxServer, *addresses: str, **trunk_fields: Any) -> SandboxLine:
    """Make a line over gateways of these addresses, tried in this order."""
    config = TelephonySettings.of(workspace.pk)
    config.project = LiveKitProject.objects.create(
        name="Sandbox", url=sandbox.url, api_key=sandbox.key, api_secret=sandbox.secret
    )
    config.save()
    gateways = [
        {"ip_or_domain": address, "inbound": False, **({"protocol": "tcp"} if address.startswith("refused.") else {})}
        for address in addresses or ("sip.example.org",)
    ]
    data = {"name": "Out", "gateways": gateways, "calls_per_second": Decimal(100), **trunk_fields}
    trunk = create_trunk(workspace, data)
    number = add_number(trunk, "+12025550100")
    trunk.refresh_from_db()
    assert trunk.status == "active", trunk.last_error
    return SandboxLine(sandbox, workspace, trunk, number, create_agent(workspace, {"name": "Caller"}))


def dispatch_until(done: Callable[[], bool], seconds: float = 30, most: int = 500) -> float:
    """Run a dispatcher until the condition holds; fail after `seconds`. Return how long it took."""
    began = time.monotonic()
    asyncio.run(_run(done, seconds, most))
    return time.monotonic() - began


async def _run(done: Callable[[], bool], seconds: float, most: int) -> None:
    dispatcher = Dispatcher(most)
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


def queued(call: Call, reason: str) -> Callable[[], bool]:
    """Return the condition that a call waits for this reason."""
    return lambda: Call.objects.filter(pk=call.pk, status="queued", reason=reason).exists()


def reached(call: Call, status: str) -> Callable[[], bool]:
    return lambda: Call.objects.filter(pk=call.pk, status=status).exists()
