"""The secrets that sign agents' calls of their tools."""

from accounts.services.webhooks import new_secret
from telephony.models import Agent, ToolSecret


def tool_secret(agent: Agent) -> str:
    """Return an agent's secret, made on first use."""
    row, _ = ToolSecret.objects.get_or_create(agent=agent, defaults={"secret": new_secret()})
    return str(row.secret)


def renew_tool_secret(agent: Agent) -> str:
    """Make an agent's secret anew and give it. It is not shown again; the one before signs nothing from now on."""
    row, _ = ToolSecret.objects.update_or_create(agent=agent, defaults={"secret": new_secret()})
    return str(row.secret)
