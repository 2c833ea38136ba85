"""Send one request to a reusable tool, to try it out."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.services.external_leases import external_lease
from agents.rendering import render_json, render_url
from telephony.models import Tool
from telephony.services.tool_secrets import signed, unsigned
from voxa.core import safe_http
from voxa.core.json_schema import misfits

LIMITS = safe_http.Limits(connect=2.0, read=5.0, total=5.0, max_bytes=16_384)  # a person and a web thread wait
SHOWN = 1_000  # characters of the answer
LONGEST_ARGUMENTS = 16_384  # characters of JSON, as in calls
BUSY = "Too many tools are running. Try again in a moment."


@dataclass(frozen=True, slots=True)
class Tried:
    """What a test showed: `status` of the HTTP response, or `error` if there was none."""

    status: int | None
    seconds: float
    answer: str = ""
    error: str = ""


def try_tool(tool: Tool, arguments: Mapping[str, Any]) -> Tried:
    """Send a tool's request with these arguments, marked as a `test`, and return what came. Never in a transaction.

    Placeholders have no values, except for their defaults.
    """
    if wrong := misfit(tool, arguments):
        return Tried(None, 0.0, error=f"The arguments do not fit: {wrong}.")
    data: dict[str, Any] = {"tool": tool.name, "arguments": dict(arguments), "agentId": None, "call": None}
    data |= {"test": True} | ({"body": render_json(tool.body, {})} if tool.body else {})
    at = timezone.now().isoformat().replace("+00:00", "Z")
    text = json.dumps({"type": "tool.called", "timestamp": at, "data": data}, separators=(",", ":"))
    headers = signed(tool.secret, f"tool_{uuid4().hex}", text) if tool.secret else unsigned()
    with external_lease(tool.workspace_id, ExternalWork.TOOL) as may:
        if not may:
            return Tried(None, 0.0, error=BUSY)
        return _send(render_url(tool.url, {}), headers, text, tool.secret)


def misfit(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """Return what is wrong with sample arguments."""
    if len(json.dumps(arguments)) > LONGEST_ARGUMENTS:
        return f"they have more than {LONGEST_ARGUMENTS} characters"
    return "; ".join(misfits(tool.parameters, dict(arguments))[:5])


def _send(url: str, headers: Mapping[str, str], text: str, secret: str | None) -> Tried:
    began = time.monotonic()
    try:
        answer = safe_http.send("POST", url, headers=headers, content=text.encode(), limits=LIMITS)
    except safe_http.OutboundError as error:
        return Tried(None, time.monotonic() - began, error=str(error))
    said = answer.body.decode("utf-8", "replace").replace("\0", "").strip()
    said = said.replace(secret, "...") if secret else said  # an endpoint may return its configuration
    return Tried(answer.status, time.monotonic() - began, said[:SHOWN])
