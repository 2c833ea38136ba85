"""Tasks that list the tools of MCP servers."""

from uuid import UUID

from telephony.services.mcp import listing
from voxa.core.tasks import task


@task("telephony.tasks.list_mcp_tools")
def list_mcp_tools(server_id: str) -> None:
    """List a server's tools, within 20 s."""
    listing.list_tools(UUID(server_id))


@task("telephony.tasks.sweep_mcp_servers")
def sweep_mcp_servers() -> None:
    """Queue the servers that are due."""
    listing.sweep()
