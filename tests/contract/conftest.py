"""Each case runs twice: on the sandbox and on the real server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from livekit import api

from telephony.livekit import LiveKitClient
from tests.contract.phones import BridgePhones, Phones, SandboxPhones
from tests.contract.receiver import Receiver, receiving
from tests.live.fixtures import made
from tests.live.servers import LiveKitEndpoint, LiveKitServer, RedisServer, SipBridge
from tests.sandbox import SandboxServer

SILENCE = 2  # seconds that a gateway is waited for which says nothing; 32 in earnest


@pytest.fixture(scope="module")
def receiver_process() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(receiver_process: Receiver) -> Receiver:
    receiver_process.told.clear()
    receiver_process.answers.clear()
    return receiver_process


@pytest.fixture(scope="module", params=["sandbox", pytest.param("livekit_server", marks=pytest.mark.live)])
def told_server(
    request: pytest.FixtureRequest, server_folder: Path, receiver_process: Receiver
) -> Iterator[LiveKitEndpoint]:
    """A server that tells the receiver."""
    if request.param == "sandbox":
        sandbox = SandboxServer(webhook=receiver_process.url, silence=SILENCE)
        sandbox.start()
        yield sandbox
        sandbox.stop()
        return
    bus = made(lambda: RedisServer(server_folder))
    livekit = made(lambda: LiveKitServer(server_folder, bus, receiver_process.url))
    bridge = made(lambda: SipBridge(server_folder, livekit, silence=f"{SILENCE}s"))
    for process in (bus, livekit, bridge):
        process.start()
    yield livekit
    for process in (bridge, livekit, bus):
        process.stop()


@pytest.fixture(params=["sandbox", pytest.param("livekit_server", marks=pytest.mark.live)])
def server(request: pytest.FixtureRequest) -> LiveKitEndpoint:
    """Something that answers as LiveKit does."""
    found: LiveKitEndpoint = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def phones(request: pytest.FixtureRequest, server: LiveKitEndpoint) -> Phones:
    """The far end of the server's calls: who answers, and who calls in."""
    if isinstance(server, SandboxServer):
        return SandboxPhones(server)
    return BridgePhones(request.getfixturevalue("sipbridge"))


@pytest.fixture
def client(server: LiveKitEndpoint, phones: Phones) -> LiveKitClient:
    """Voxa's client, on a server that can place calls."""
    return LiveKitClient(server.url, server.key, server.secret)


@pytest.fixture
async def lk(server: LiveKitEndpoint) -> AsyncIterator[api.LiveKitAPI]:
    """The plain library, speaking to an empty server."""
    async with server.client() as client:
        await forget_everything(client)
        yield client


async def forget_everything(client: api.LiveKitAPI) -> None:
    for room in (await client.room.list_rooms(api.ListRoomsRequest())).rooms:
        await client.room.delete_room(api.DeleteRoomRequest(room=room.name))
    for inbound in (await client.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())).items:
        await client.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=inbound.sip_trunk_id))
    for outbound in (await client.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest())).items:
        await client.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=outbound.sip_trunk_id))
    for rule in (await client.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())).items:
        await client.sip.delete_dispatch_rule(
            api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule.sip_dispatch_rule_id)
        )
