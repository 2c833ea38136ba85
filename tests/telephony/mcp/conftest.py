"""An MCP server of the tests' own, and a row of acme's for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Workspace
from telephony.models import Agent, McpServer
from telephony.services.agents import create_agent
from telephony.services.mcp.servers import create_server
from tests.telephony.mcp.stand_in import KEY, StandIn, mcp_server


@pytest.fixture
def crm(settings: Any) -> Iterator[StandIn]:
    with mcp_server(settings) as running:
        yield running


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return create_agent(acme, {"name": "Reception"})


@pytest.fixture
def server(acme: Workspace, agent: Agent, crm: StandIn) -> McpServer:
    more = {"headers": {"Authorization": KEY}, "allowed_tools": ["find-contact"], "agents": [agent]}
    return create_server(acme, {"name": "crm", "url": crm.url, **more})
