"""Secrets that sign tool requests: an agent's for its own tools, and a reusable tool's for its own.

Source of the signatures: Standard Webhooks 1.0.0.
"""

from django.utils import timezone
from standardwebhooks import Webhook

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


def unsigned() -> dict[str, str]:
    """Return the headers of a request without a signature."""
    return {"Content-Type": "application/json"}


def signed(secret: str, message_id: str, text: str) -> dict[str, str]:
    """Return the headers of a request with its signature."""
    now = timezone.now()
    return {
        **unsigned(),
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, text),
    }
