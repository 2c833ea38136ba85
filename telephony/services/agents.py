"""Creating, changing and deleting agents."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import Workspace
from telephony.models import Agent
from telephony.services.errors import Problems, conflicts_named
from telephony.services.rows import assign

FIELDS = (
    "name", "direction", "system_prompt", "greeting", "voice", "language", "ai_provider", "provider_key",
    "provider_agent_id", "custom_endpoint", "active",
)  # fmt: skip


def create_agent(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> Agent:
    """Create an agent from model field names. Raises ValidationError with every wrong field."""
    problems = Problems() if problems is None else problems
    agent = Agent(workspace=workspace)
    _assign(agent, data)
    problems.check(agent, FIELDS)
    problems.raise_any()
    with conflicts_named():
        agent.save(force_insert=True)
    return agent


@transaction.atomic
def update_agent(agent: Agent, data: Mapping[str, Any], *, problems: Problems | None = None) -> Agent:
    """Change what `data` names; a provider key that is not named stays, an empty one is cleared. Give the fresh agent.

    Raises Agent.DoesNotExist if it was deleted meanwhile, ValidationError with every wrong field.
    """
    problems = Problems() if problems is None else problems
    agent = Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
    changed = _assign(agent, data)
    problems.check(agent, FIELDS)
    problems.raise_any()
    if changed:
        agent.save(update_fields=[*changed, "updated_at"])
    return agent


def delete_agent(agent: Agent) -> None:
    """Delete an agent; its numbers stay, answered by nobody."""
    agent.delete()


def _assign(agent: Agent, data: Mapping[str, Any]) -> list[str]:
    if data.get("provider_key") == "":
        data = {**data, "provider_key": None}
    return assign(agent, data, FIELDS)
