"""Acme with a line out, as rows: an active trunk that LiveKit is said to hold, a number and an agent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import Workspace
from calls.models import Call
from calls.services.place import place_call
from telephony.choices import ObjectKind, TrunkStatus
from telephony.models import Agent, LiveKitObject, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.calls.sink import DialSink
from tests.calls.transfer_server import Server

CALLEE = "+12025550123"


@dataclass
class Line:
    """A workspace's way out."""

    workspace: Workspace
    trunk: Trunk
    number: PhoneNumber
    agent: Agent

    def place(self, to: str = CALLEE, **more: Any) -> Call:
        return place_call(self.workspace, to=to, from_=self.number.number, agent=self.agent, **more)

    def settings(self, **fields: Any) -> None:
        TelephonySettings.objects.filter(pk=self.workspace.pk).update(**fields)


def make_line(workspace: Workspace, number: str = "+12025550100", gateways: int = 1, **trunk_fields: Any) -> Line:
    """Make a line without asking LiveKit: its outbound objects are recorded as if it stood there."""
    hosts = [{"ip_or_domain": f"192.0.2.{place + 1}", "inbound": False} for place in range(gateways)]
    trunk = create_trunk(workspace, {"name": "Out", "gateways": hosts, **trunk_fields})
    added = add_number(trunk, number)
    Trunk.objects.filter(pk=trunk.pk).update(status=TrunkStatus.ACTIVE)
    project = TelephonySettings.of(workspace.pk).project
    for gateway in trunk.gateways.all():
        LiveKitObject.objects.update_or_create(
            project=project,
            kind=ObjectKind.OUTBOUND,
            source_id=gateway.pk,
            defaults={"workspace": workspace, "trunk": trunk, "livekit_id": f"ST_{gateway.pk.hex[:12]}"},
        )
    trunk.refresh_from_db()
    return Line(workspace, trunk, added, create_agent(workspace, {"name": "Caller"}))


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


@pytest.fixture
def sink() -> Iterator[DialSink]:
    sink = DialSink()
    yield sink
    sink.close()


@pytest.fixture
def sink_line(transactional_db: None, acme: Workspace, sink: DialSink) -> Callable[..., Line]:
    """`sink_line(...)` gives a line of acme whose LiveKit is the sink."""

    def make(**trunk_fields: Any) -> Line:
        config = TelephonySettings.of(acme.pk)
        config.project = LiveKitProject.objects.create(
            name="Sink", url=sink.url, api_key=sink.key, api_secret=sink.secret
        )
        config.save()
        return make_line(acme, **trunk_fields)

    return make


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """LiveKit, as a transfer asks it."""
    server = Server()
    monkeypatch.setattr("calls.transfers.carry_out.client_for", lambda project: server)
    monkeypatch.setattr("telephony.models.LiveKitProject.is_configured", True)
    return server
