"""A client of the sandbox, directly and through a server that fails on demand."""

from collections.abc import Iterator

import pytest

from telephony.livekit import DispatchRuleSpec, InboundTrunkSpec, LiveKitClient, OutboundTrunkSpec
from tests.faults import FaultyServer, faulty_server
from tests.sandbox import SandboxServer

INBOUND = InboundTrunkSpec(
    name="in",
    metadata="voxa:in",
    numbers=("+15550100001",),
    allowed_addresses=("192.0.2.1", "198.51.100.0/24", "2001:db8::/32"),
    auth_username="user",
    auth_password="inbound-password",
)
OUTBOUND = OutboundTrunkSpec(
    name="out",
    metadata="voxa:out",
    address="sip.example.com:5060",
    auth_username="user",
    auth_password="outbound-password",
)
RULE = DispatchRuleSpec(
    name="rule",
    metadata="voxa:rule",
    trunk_ids=("ST_a",),
    room_prefix="call-",
    agent_name="voxa-agent",
    agent_metadata='{"trunk": "t"}',
    attributes={"voxa.trunk": "t"},
)


@pytest.fixture
def client(sandbox: SandboxServer) -> LiveKitClient:
    return LiveKitClient(sandbox.url, sandbox.key, sandbox.secret)


@pytest.fixture
def faulty(sandbox: SandboxServer) -> Iterator[FaultyServer]:
    """Stands in front of the sandbox."""
    with faulty_server(sandbox.http_url) as server:
        yield server


@pytest.fixture
def shaky(faulty: FaultyServer, sandbox: SandboxServer) -> LiveKitClient:
    """A client that speaks through `faulty`."""
    return LiveKitClient(faulty.url, sandbox.key, sandbox.secret)


@pytest.fixture
def impatient(faulty: FaultyServer, sandbox: SandboxServer) -> LiveKitClient:
    """A client that speaks through `faulty` and waits hardly at all: for servers that never answer."""
    return LiveKitClient(faulty.url, sandbox.key, sandbox.secret, deadline=0.3)
