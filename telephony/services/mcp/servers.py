"""MCP servers of a workspace: create, change, delete them, and give their tools to agents."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from agents.providers import PROVIDERS
from telephony.models import Agent, McpServer
from telephony.services.agent_use import chosen_agents, delete_unused, lock_for_another
from telephony.services.errors import Problems, conflicts_named
from telephony.services.rows import assign
from voxa.core.destinations import url_key
from voxa.core.tasks import publish_on_commit

FIELDS = ("name", "url", "headers", "allowed_tools", "enabled")
LIST = "telephony.tasks.list_mcp_tools"
MOST, MOST_OF_AGENT = 100, 5
HEADERS_GONE = "The server's URL changed, so the headers that it got were removed. Enter them again."
_TOO_MANY = f"A workspace has at most {MOST} MCP servers. Delete one that no agent uses."


def create_server(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> McpServer:
    """Create a server and request that its tools are listed. `agents` are rows or ids.

    Raise `ValidationError` with every wrong field, `Conflict` for a taken name or too many servers.
    """
    problems = Problems() if problems is None else problems
    server = McpServer(workspace=workspace)
    assign(server, _stored(data), FIELDS)
    problems.check(server, FIELDS)
    with conflicts_named():
        lock_for_another(McpServer, workspace, MOST, "too_many_mcp_servers", _TOO_MANY)
        agents = _chosen(server, data.get("agents", []), problems)
        problems.raise_any()
        server.due_at = timezone.now()
        server.save(force_insert=True)
        server.agents.set(agents)
        publish_on_commit(LIST, str(server.pk))
    return server


def update_server(server: McpServer, data: Mapping[str, Any], *, problems: Problems | None = None) -> McpServer:
    """Change the fields in `data` and return the fresh row with its `warnings`.

    Another URL removes headers that are not in `data`, and the tools that were listed at the former one.
    Raise `McpServer.DoesNotExist` if it was deleted, else as `create_server`.
    """
    problems = Problems() if problems is None else problems
    with conflicts_named():
        server = McpServer.objects.select_for_update(no_key=True).get(pk=server.pk)
        former, had_headers = server.url, bool(server.headers)
        changed = assign(server, _stored(data), FIELDS)
        problems.check(server, FIELDS)
        agents = _chosen(server, data["agents"], problems) if "agents" in data else None
        problems.raise_any()
        if url_key(server.url) != url_key(former):
            server.tools, server.listed_at = [], None
            changed += ["tools", "listed_at"]
            if had_headers and "headers" not in data:
                server.headers, server.warnings = None, (HEADERS_GONE,)
                changed.append("headers")
        if "name" in changed:
            server.tools = [{**one, "name": named(server.name, one["name"].partition("__")[2])} for one in server.tools]
            changed.append("tools")
        if changed:
            server.save(update_fields=[*changed, "updated_at"])
        if agents is not None:
            server.agents.set(agents)
        if {"name", "url", "headers", "enabled"} & set(changed):
            refresh(server)
    return server


@transaction.atomic
def refresh(server: McpServer) -> None:
    """Request that the tools are listed now, in a new session."""
    server.due_at, server.error, server.session_id, server.protocol = timezone.now(), "", "", ""
    names = ("due_at", "error", "session_id", "protocol")
    McpServer.objects.filter(pk=server.pk).update(**{name: getattr(server, name) for name in names})
    publish_on_commit(LIST, str(server.pk))


def delete_server(server: McpServer) -> None:
    """Delete a server. Raise `Conflict` that names the agents if any uses it."""
    delete_unused(server, "mcp_server_in_use", "server", "Take it from them first.")


def mcp_tools(agent: Agent) -> list[dict[str, Any]]:
    """Return the tools of MCP servers that an agent may call: own and reusable ones of the same name come first."""
    if agent._state.adding or "tools" not in PROVIDERS[agent.ai_provider].uses:
        return []
    own = {tool["name"] for tool in agent.tools}
    servers = McpServer.objects.filter(agents=agent.pk, workspace=agent.workspace_id, enabled=True)
    rows = servers.only("tools", "allowed_tools").order_by("name")
    return [tool for server in rows for tool in server.offered if tool["name"] not in own]


def named(server: str, tool: str) -> str:
    """Return a tool's name for language models. No server's name has two underscores, so names never clash."""
    return f"{server}__{tool}"


def _stored(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with headers as text, null where there are none."""
    headers = data.get("headers")
    text = json.dumps(headers) if isinstance(headers, Mapping) and headers else headers or None
    return {**data, "headers": text} if "headers" in data else dict(data)


def _chosen(server: McpServer, given: Sequence[Agent | UUID], problems: Problems) -> list[Agent]:
    return chosen_agents(server, "mcp_servers", given, problems, MOST_OF_AGENT, "MCP servers")
