"""List the tools of MCP servers in the background, and call one for an agent."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.services.external_leases import external_lease, in_turn, most_at_once, workspaces_at_limit
from telephony.models import McpServer
from telephony.models.abilities import validate_object_schema, validate_tool_name
from telephony.models.mcp_server import LONGEST_NAME
from telephony.services.mcp.client import Client, McpError, Session
from telephony.services.mcp.servers import LIST, named
from voxa.core.api.parsers import bad_text
from voxa.core.tasks import publish

EVERY = timedelta(minutes=15)
LEASE = timedelta(seconds=60)
LIST_SECONDS, CALL_SECONDS = 20.0, 8.0
MOST_TOOLS = 100
LONGEST_DESCRIPTION = 1_000


def sweep(most: int = 100) -> None:
    """Queue tasks for due servers, every workspace's longest waiting first."""
    work = ExternalWork.BACKGROUND
    turns = in_turn(_due().exclude(workspace_id__in=workspaces_at_limit(work)), "workspace_id", "due_at")
    for pk in list(turns.filter(turn__lte=most_at_once(work)).values_list("pk", flat=True)[:most]):
        publish(LIST, str(pk))


def list_tools(server_id: UUID) -> None:
    """List a server's tools if due. May run twice; what was changed meanwhile is listed again."""
    server = _due().filter(pk=server_id).first()
    if server is None:
        return
    with external_lease(server.workspace_id, ExternalWork.BACKGROUND) as may:
        until = timezone.now() + LEASE
        if not may or not _due().filter(pk=server.pk, due_at=server.due_at).update(due_at=until):
            return
        client = _client(server, LIST_SECONDS)
        values: dict[str, Any] = {"due_at": timezone.now() + EVERY}
        try:
            listed = client.tools(MOST_TOOLS)
            values |= {"tools": readable(server.name, listed), "listed_at": timezone.now(), "error": ""}
            values |= {"session_id": client.session.id, "protocol": client.session.protocol}
        except McpError as error:
            values |= {"error": str(error)[:500], "session_id": "", "protocol": ""}
        McpServer.objects.filter(pk=server.pk, due_at=until).update(**values)


def call(server: McpServer, tool: str, arguments: Mapping[str, Any]) -> tuple[bool, str]:
    """Call a tool, in the stored session or a new one; return whether it succeeded, and its texts. Raise `McpError`."""
    client = _client(server, CALL_SECONDS)
    try:
        return client.call(tool, arguments)
    finally:
        if client.session != Session(server.session_id, server.protocol):
            same = McpServer.objects.filter(pk=server.pk, url=server.url, updated_at=server.updated_at)
            same.update(session_id=client.session.id, protocol=client.session.protocol)


def readable(server: str, listed: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the tools in the form that is stored, each with the `problem` that keeps it from being offered."""
    found: dict[str, dict[str, Any]] = {}
    for one in listed:
        tool = one.get("name") if isinstance(one, dict) else None
        if not isinstance(tool, str) or not 0 < len(tool) <= LONGEST_NAME or any(bad_text(one, "")):
            continue
        name = named(server, re.sub(r"[^A-Za-z0-9_]", "_", tool))
        schema, said = one.get("inputSchema"), one.get("description") or one.get("title") or tool
        problem = _problem(name, schema)
        if any(other["name"] == name for other in found.values()):
            problem = f"Another tool of the server is called {name}."
        shown = schema if not problem and isinstance(schema, dict) else {}
        description = str(said)[:LONGEST_DESCRIPTION]
        found.setdefault(
            tool, {"tool": tool, "name": name, "description": description, "parameters": shown, "problem": problem}
        )
    return list(found.values())


def _problem(name: str, schema: Any) -> str:
    try:
        validate_tool_name(name)
    except ValidationError:
        return "Its name is too long for language models."
    try:
        validate_object_schema(schema)
        json.dumps(schema, allow_nan=False)
    except ValidationError as error:
        return f"Its parameters cannot be used: {error.messages[0]}"[:300]
    return ""


def _due() -> QuerySet[McpServer]:
    return McpServer.objects.filter(due_at__lte=timezone.now(), enabled=True)


def _client(server: McpServer, seconds: float) -> Client:
    return Client(server.url, server.header_values, Session(server.session_id, server.protocol), seconds)
