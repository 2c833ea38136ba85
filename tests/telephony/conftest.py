"""A trunk of acme, its number and its agent; a trunk of globex."""

import pytest

from accounts.models import Workspace
from telephony.models import Agent, PhoneNumber, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk

TRUNKS = "/v1/telephony/trunks"
NUMBERS = "/v1/telephony/numbers"
AGENTS = "/v1/agents"


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    """With credentials and the gateway sip.telnyx.com."""
    gateways = [{"ip_or_domain": "sip.telnyx.com"}]
    data = {"name": "Telnyx", "auth_username": "myuser", "auth_password": "mypass", "gateways": gateways}
    return create_trunk(acme, data)


@pytest.fixture
def number(trunk: Trunk) -> PhoneNumber:
    return add_number(trunk, "+15550100000")


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return create_agent(acme, {"name": "Reception", "provider_key": "sk-provider-secret"})


@pytest.fixture
def foreign_trunk(globex: Workspace) -> Trunk:
    return create_trunk(globex, {"name": "Globex", "gateways": [{"ip_or_domain": "192.0.2.9"}]})


@pytest.fixture
def foreign_agent(globex: Workspace) -> Agent:
    return create_agent(globex, {"name": "Globex"})
