"""Tools of MCP servers in calls."""

from collections.abc import Mapping
from typing import Any

from telephony.models import McpServer
from telephony.services.mcp import listing
from telephony.services.mcp.client import McpError

LONGEST_RESULT = 16_384  # characters


def call_mcp_tool(tool: Mapping[str, Any], arguments: Mapping[str, Any]) -> tuple[bool, str]:
    """Call a tool within 8 s; return whether it succeeded, and what the language model is told."""
    server = McpServer.objects.filter(pk=tool["mcp_server"], enabled=True).first()
    if server is None:
        return False, "The tool was not called: its server is disabled."
    try:
        ok, said = listing.call(server, tool["tool"], arguments)
    except McpError as error:
        return False, str(error) if error.sent else f"The tool was not called: {error}"
    return ok, said[:LONGEST_RESULT] or ("Done." if ok else "The tool failed.")
