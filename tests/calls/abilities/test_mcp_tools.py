"""Tools of MCP servers in calls: offered beside the others, called by the API, and told in the timeline."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.models import Event
from telephony.models import Agent, McpServer
from telephony.services.agents import update_agent
from telephony.services.mcp.listing import readable
from telephony.services.mcp.servers import create_server
from tests.calls.abilities.conftest import Asks
from tests.telephony.mcp.stand_in import FIND, KEY, StandIn, mcp_server

NAME = "crm__find_contact"


@pytest.fixture
def crm(settings: Any) -> Iterator[StandIn]:
    with mcp_server(settings) as running:
        yield running


@pytest.fixture(autouse=True)
def server(agent: Agent, crm: StandIn) -> McpServer:
    more = {"headers": {"Authorization": KEY}, "allowed_tools": ["find-contact"], "agents": [agent]}
    made = create_server(agent.workspace, {"name": "crm", "url": crm.url, **more})
    McpServer.objects.update(tools=readable("crm", [FIND, {**FIND, "name": "delete"}]))
    return made


def told(worker: APIClient) -> list[str]:
    return [one["name"] for one in worker.get("/internal/agent/session").json()["agent"]["tools"]]


def test_only_allowed_tools_are_offered(worker: APIClient, ask: Asks, server: McpServer) -> None:
    assert told(worker) == ["find_order", NAME]
    assert ask("crm__delete", person="Ada").status_code == 409
    McpServer.objects.update(enabled=False)
    assert told(worker) == ["find_order"]
    assert ask(NAME, person="Ada").status_code == 409


def test_it_is_called_under_the_servers_name_in_one_session(ask: Asks, crm: StandIn, server: McpServer) -> None:
    assert ask(NAME, person="Ada").json() == {"ok": True, "result": "Ada is known."}
    (sent,) = crm.asked("tools/call")
    assert sent["params"] == {"name": "find-contact", "arguments": {"person": "Ada"}}
    event = Event.objects.get(type="tool.called")
    assert (event.data["tool"], event.data["ok"], "Ada" in str(event.data)) == (NAME, True, False)
    server.refresh_from_db()
    assert (server.session_id, server.protocol) == ("session-0", "2025-06-18")
    assert ask(NAME, person=7).json()["ok"] is False
    assert len(crm.asked("tools/call")) == 1


def test_a_lost_session_is_begun_anew(ask: Asks, crm: StandIn) -> None:
    McpServer.objects.update(session_id="gone", protocol="2025-06-18")
    assert ask(NAME, person="Ada").json()["ok"] is True
    assert len(crm.asked("initialize")) == 1


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"result": {"isError": True, "content": [{"type": "text", "text": "No database."}]}}, "No database."),
        ({"result": {"isError": True, "content": []}}, "The tool failed."),
        ({"status": 503}, "The tool was not called: The server returned HTTP 503."),
        ({"protocol": "1"}, "The tool was not called: The server speaks version 1"),
    ],
)
def test_a_failure_is_told_to_the_model(ask: Asks, crm: StandIn, change: dict[str, Any], result: str) -> None:
    for name, value in change.items():
        setattr(crm, name, value)
    answered = ask(NAME, person="Ada").json()
    assert (answered["ok"], answered["result"].startswith(result)) == (False, True)
    assert result in Event.objects.get(type="tool.called").data["message"]


def test_a_private_address_is_not_called(ask: Asks, crm: StandIn, settings: Any) -> None:
    settings.VOXA_OUTBOUND_ALLOW = []
    McpServer.objects.update(session_id="s", protocol="2025-06-18")
    assert ask(NAME, person="Ada").json()["result"].startswith("The tool was not called: ")
    assert crm.box.requests == []


def test_structured_content_is_told_and_long_results_are_cut(ask: Asks, crm: StandIn) -> None:
    crm.result = {"content": [], "structuredContent": {"id": 7, "more": "x" * 20_000}}
    said = ask(NAME, person="Ada").json()["result"]
    assert (said[:9], len(said)) == ('{"id": 7,', 16_384)


def test_own_tools_come_first_and_others_servers_are_never_used(
    worker: APIClient, agent: Agent, server: McpServer, globex: Workspace
) -> None:
    update_agent(agent, {"tools": [{**agent.tools[0], "name": NAME}]})
    assert told(worker) == [NAME]
    McpServer.objects.update(workspace=globex, name="other")
    update_agent(agent, {"tools": []})
    assert told(worker) == []
