"""Secrets that sign agents' tool requests."""

from accounts.services.webhooks import new_secret
from telephony.models import Agent, ToolSecret


def tool_secret(agent: Agent) -> str:
    """Return an agent's secret; create it on first use."""
    row, _ = ToolSecret.objects.get_or_create(agent=agent, defaults={"secret": new_secret()})
    return str(row.secret)


def renew_tool_secret(agent: Agent) -> str:
    """Replace an agent's secret and return the new one. It cannot be read again; the old one is no longer used."""
    row, _ = ToolSecret.objects.update_or_create(agent=agent, defaults={"secret": new_secret()})
    return str(row.secret)
