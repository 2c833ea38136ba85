"""Call an agent's tools: from here, so that the worker has no secret and reaches no address that we refuse."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.services.external_leases import external_lease
from agents.rendering import render_json, render_url
from calls.choices import CallStatus, EventType
from calls.models import Call
from calls.services import knowledge
from calls.services.agent_of_call import configured, variables_of
from calls.services.mcp_tools import call_mcp_tool
from telephony.models import Agent
from telephony.services.mcp.servers import mcp_tools
from telephony.services.tool_secrets import signed, tool_secret, unsigned
from telephony.services.tools import secret_of
from voxa.core import safe_http
from voxa.core.destinations import url_key
from voxa.core.errors import Conflict
from voxa.core.json_schema import misfits

LIMITS = safe_http.Limits(connect=3.0, read=8.0, total=8.0, max_bytes=16_384)
BUSY = "Too many tools are running. Try again in a moment."
LONGEST_ARGUMENTS = 16_384  # characters of JSON
Facts = dict[str, Any]  # what the timeline tells of a tool run beside its outcome


@dataclass(frozen=True)
class Done:
    """Outcome of an agent's action: `result` is for its language model, `ok` whether it succeeded."""

    ok: bool
    result: str

    @property
    def json(self) -> dict[str, Any]:
        """Return the payload for the worker."""
        return {"ok": self.ok, "result": self.result}


def tool_of(call: Call, name: str) -> Mapping[str, Any]:
    """Return a tool of the call's agent: its own, a reusable one, or one of an MCP server.

    Raise `Conflict` if the call is not in progress or its agent has no such tool.
    """
    agent = speaking(call)
    tool: Mapping[str, Any] | None = next((one for one in agent.tools if one["name"] == name), None)
    tool = knowledge.knowledge_tool(agent) if name == knowledge.NAME else tool
    if tool is None and "__" in name:
        tool = next((one for one in mcp_tools(agent) if one["name"] == name), None)
    if tool is None:
        raise Conflict("no_such_tool", f"The agent has no tool {name}.", "name")
    return tool


def call_tool(call: Call, request_id: UUID, name: str, arguments: Mapping[str, Any]) -> tuple[Done, Facts]:
    """Call a tool at the workspace's URL, or search the agent's knowledge; return the result within 8 s, and its facts.

    Nothing is called if the workspace is at its limit of running tools. Raise `Conflict` as `tool_of` does.
    """
    tool, agent = tool_of(call, name), speaking(call)
    if name == knowledge.NAME:
        return _look_up(call, agent, arguments)
    if "mcp_server" in tool:
        with external_lease(call.workspace_id, ExternalWork.TOOL) as may:
            return Done(*call_mcp_tool(tool, arguments)) if may else Done(False, BUSY), {}
    values = variables_of(call)
    text = _body(call, name, arguments, render_json(tool.get("body", {}), values))
    message_id = f"tool_{request_id.hex}"
    if "id" in tool:
        secret = secret_of(tool)
        headers = signed(secret, message_id, text) if secret else unsigned()
    else:
        headers = _headers(call, tool["url"], message_id, text)
    with external_lease(call.workspace_id, ExternalWork.TOOL) as may:
        return _send(render_url(tool["url"], values), headers, text) if may else (Done(False, BUSY), {})


def _look_up(call: Call, agent: Agent, arguments: Mapping[str, Any]) -> tuple[Done, Facts]:
    with external_lease(call.workspace_id, ExternalWork.TOOL) as may:
        if not may:
            return Done(False, BUSY), {}
        text, facts = knowledge.look_up(agent, arguments)
        return Done(True, text), facts


def speaking(call: Call) -> Agent:
    """Return the agent of a call in progress. Raise `Conflict` if the call is not in progress or has no agent."""
    if call.status != CallStatus.IN_PROGRESS or call.end_requested:
        raise Conflict("not_in_progress", "The call is not in progress.")
    if call.agent is None:
        raise Conflict("no_agent", "The call has no agent.")
    return configured(call)


def misfit(tool: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """Return what is wrong with a language model's arguments."""
    if len(json.dumps(arguments)) > LONGEST_ARGUMENTS:
        return f"they have more than {LONGEST_ARGUMENTS} characters"
    return "; ".join(misfits(tool.get("parameters") or {}, dict(arguments))[:5])


def _body(call: Call, name: str, arguments: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    told = {
        "id": str(call.pk),
        "direction": call.direction,
        "to": call.to_number,
        "from": call.from_number,
        "metadata": call.metadata,
        "variables": call.variables,
    }
    at = timezone.now().isoformat().replace("+00:00", "Z")
    data: dict[str, Any] = {"tool": name, "arguments": arguments, "agentId": str(call.agent_id), "call": told}
    data |= {"body": more} if more else {}
    return json.dumps({"type": EventType.TOOL_CALLED, "timestamp": at, "data": data}, separators=(",", ":"))


def _headers(call: Call, url: str, message_id: str, text: str) -> dict[str, str]:
    """Return the headers of a request of an agent's own tool, signed unless the URL is of a pinned revision alone.

    Who has a URL that the agent no longer calls could reuse signatures.
    """
    present: list[dict[str, Any]] = call.agent.tools if call.agent else []
    if call.agent is None or url_key(url) not in {url_key(tool["url"]) for tool in present}:
        return unsigned()
    return signed(tool_secret(call.agent), message_id, text)


def _send(url: str, headers: Mapping[str, str], text: str) -> tuple[Done, Facts]:
    try:
        answer = safe_http.send("POST", url, headers=headers, content=text.encode(), limits=LIMITS)
    except safe_http.OutboundError as error:
        return Done(False, str(error)), {}
    said = answer.body.decode("utf-8", "replace").replace("\0", "").strip()
    if answer.ok:
        return Done(True, said or "Done."), {"httpStatus": answer.status}
    return Done(False, f"HTTP {answer.status}: {said[:300]}".rstrip(": ")), {"httpStatus": answer.status}
