"""The sandbox as the default LiveKit server, and acme's trunk, number and agent, which stand in it."""

from typing import Any

import pytest

from accounts.models import Workspace
from telephony.choices import AgentDirection
from telephony.models import Agent, PhoneNumber, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from telephony.sync.apply import sync_trunk
from tests.sandbox import SandboxServer

NUMBER = "+12025550100"


@pytest.fixture
def livekit(sandbox: SandboxServer, settings: Any) -> SandboxServer:
    """LiveKit as the environment names it."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = (
        sandbox.url, sandbox.key, sandbox.secret,
    )  # fmt: skip
    return sandbox


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    """Not synced."""
    TelephonySettings.of(acme.pk)
    return create_trunk(acme, {"name": "Main", "gateways": [{"ip_or_domain": "192.0.2.10"}]})


@pytest.fixture
def number(trunk: Trunk) -> PhoneNumber:
    return add_number(trunk, NUMBER)


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return create_agent(acme, {"name": "Reception", "direction": AgentDirection.BOTH, "provider_key": "sk-s3cret"})


@pytest.fixture
def standing(livekit: SandboxServer, trunk: Trunk, number: PhoneNumber, agent: Agent) -> Trunk:
    """Acme's trunk, with its number, as it stands in LiveKit."""
    sync_trunk(trunk.pk)
    trunk.refresh_from_db()
    assert trunk.status == "active"
    return trunk
