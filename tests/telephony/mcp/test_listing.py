"""The tools of an MCP server are listed in the background: by streamable HTTP, within limits, again after a while."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from telephony import tasks
from telephony.models import McpServer
from telephony.services.mcp import client, listing
from telephony.services.mcp.listing import readable
from tests.telephony.mcp.stand_in import FIND, KEY, StandIn

pytestmark = pytest.mark.django_db


def listed(server: McpServer) -> McpServer:
    McpServer.objects.update(due_at=timezone.now())
    tasks.list_mcp_tools(str(server.pk))
    server.refresh_from_db()
    return server


@pytest.mark.parametrize(("sse", "ends"), [(True, True), (True, False), (False, True)])
def test_tools_are_listed_in_a_session_with_the_headers(server: McpServer, crm: StandIn, sse: bool, ends: bool) -> None:
    crm.sse, crm.ends = sse, ends
    assert [one["name"] for one in listed(server).tools] == ["crm__find_contact"]
    assert (server.error, server.session_id, server.protocol) == ("", "session-0", "2025-06-18")
    assert server.due_at
    assert server.due_at > timezone.now() + timedelta(minutes=10)
    assert {sent.headers["authorization"] for sent in crm.box.requests} == {KEY}
    first, *others = crm.box.requests
    assert "mcp-session-id" not in first.headers
    assert {(one.headers["mcp-session-id"], one.headers["mcp-protocol-version"]) for one in others} == {
        ("session-0", "2025-06-18")
    }
    sent = len(crm.box.requests)
    tasks.list_mcp_tools(str(server.pk))
    assert len(crm.box.requests) == sent  # not due


def test_pages_are_followed_and_a_lost_session_is_begun_anew(server: McpServer, crm: StandIn) -> None:
    crm.tools, crm.page = [{**FIND, "name": f"t{n}"} for n in range(5)], 2
    assert len(listed(server).tools) == 5
    crm.sessions.clear()
    crm.sessions.append("other")
    assert len(listed(server).tools) == 5
    assert (server.session_id, len(crm.asked("initialize"))) == ("session-1", 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": 401}, "HTTP 401. Check the headers."),
        ({"status": 307}, "Enter the URL that it redirects to."),
        ({"status": 500}, "HTTP 500."),
        ({"status": 404}, "HTTP 404."),
        ({"protocol": "2024-01-01"}, "version 2024-01-01"),
        ({"tools": None}, "no list of tools"),
        ({"tools": [{**FIND, "description": "x" * 300_000}]}, "larger than"),
    ],
)
def test_what_is_wrong_is_stored_and_the_former_tools_stay(
    server: McpServer, crm: StandIn, change: dict[str, Any], words: str
) -> None:
    listed(server)
    for name, value in change.items():
        if name == "tools" and value is None:
            crm.tools = []
            crm._send = lambda handler, asked, result, **more: StandIn._send(  # type: ignore[method-assign]
                crm, handler, asked, {name: value for name, value in result.items() if name != "tools"}, **more
            )
        else:
            setattr(crm, name, value)
    McpServer.objects.update(session_id="", protocol="")
    assert words in listed(server).error
    assert ([one["tool"] for one in server.tools], KEY in server.error) == (["find-contact"], False)


def test_a_private_address_is_not_called(server: McpServer, crm: StandIn, settings: Any) -> None:
    settings.VOXA_OUTBOUND_ALLOW = []
    assert "cannot be called" in listed(server).error
    assert crm.box.requests == []


def test_a_server_that_is_slow_ends_in_time(server: McpServer, crm: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LIST_SECONDS", 0.0)
    assert listed(server).error == "The server did not respond in time."


def test_what_changed_meanwhile_is_listed_again(
    server: McpServer, crm: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(self: client.Client, most: int) -> list[Any]:
        McpServer.objects.update(due_at=timezone.now(), tools=[])
        return [FIND]

    monkeypatch.setattr(client.Client, "tools", meanwhile)
    assert (listed(server).tools, listing._due().count()) == ([], 1)


def test_due_servers_are_queued_unless_disabled(server: McpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[Any] = []
    monkeypatch.setattr(listing, "publish", lambda *args: queued.append(args))
    tasks.sweep_mcp_servers()
    assert queued == [("telephony.tasks.list_mcp_tools", str(server.pk))]
    McpServer.objects.update(enabled=False)
    tasks.sweep_mcp_servers()
    assert len(queued) == 1


@pytest.mark.parametrize(
    ("tool", "problem"),
    [
        ({"name": "x" * 70}, "too long"),
        ({"inputSchema": {"type": "string"}}, "type"),
        ({"inputSchema": None}, "JSON schema"),
        ({"inputSchema": {"type": "object", "properties": 1}}, "invalid"),
        ({"inputSchema": {"type": "object", "description": "x" * 9_000}}, "at most"),
    ],
)
def test_a_tool_that_models_cannot_take_is_kept_with_the_reason(tool: dict[str, Any], problem: str) -> None:
    (one,) = readable("crm", [{**FIND, **tool}])
    assert problem in one["problem"]


def test_names_are_those_that_models_accept_each_once() -> None:
    tools: list[Any] = [{**FIND, "name": name} for name in ("a.b", "a/b", "a.b", "", "a\0b")]
    found = readable("crm", [*tools, None, {"name": 7}])
    assert [(one["tool"], bool(one["problem"])) for one in found] == [("a.b", False), ("a/b", True)]
