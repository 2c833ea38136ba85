"""Creating, changing and deleting agents."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from telephony.choices import ProviderCheck
from telephony.models import Agent
from telephony.models.agent import CHECK_FIELDS
from telephony.providers import Credentials
from telephony.services.errors import Problems, conflicts_named
from telephony.services.rows import assign

FIELDS = (
    "name", "direction", "system_prompt", "greeting", "voice", "language", "ai_provider", "provider_key",
    "provider_agent_id", "custom_endpoint", "base_url", "stt_url", "tts_url", "llm_model", "stt_model", "tts_model",
    "voicemail_action", "voicemail_message", "silence_seconds", "silence_prompt", "silence_prompts",
    "tools", "transfers", "sends_digits", "analyzes_calls", "analysis_model", "analysis_schema", "active",
)  # fmt: skip


CREDENTIALS = {"ai_provider", "provider_key", "provider_agent_id", "base_url"}


def create_agent(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> Agent:
    """Create an agent from model field names. Raises ValidationError with every wrong field."""
    problems = Problems() if problems is None else problems
    agent = build_agent(workspace, data, problems)
    problems.raise_any()
    with conflicts_named():
        agent.save(force_insert=True)
    return agent


def build_agent(workspace: Workspace, data: Mapping[str, Any], problems: Problems) -> Agent:
    """Give an unsaved agent from model field names; what is wrong is noted."""
    agent = Agent(workspace=workspace)
    _assign(agent, data)
    problems.check(agent, FIELDS)
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
        agent.save(update_fields=[*changed, *CHECK_FIELDS, "updated_at"])
    return agent


def delete_agent(agent: Agent) -> None:
    """Delete an agent; its numbers stay, answered by nobody."""
    agent.delete()


def _assign(agent: Agent, data: Mapping[str, Any]) -> list[str]:
    if data.get("provider_key") == "":
        data = {**data, "provider_key": None}
    changed = assign(agent, data, FIELDS)
    if CREDENTIALS & set(changed):  # what was said of the old ones counts no more
        agent.provider_check, agent.provider_checked_at = ProviderCheck.UNVERIFIED, None
        agent.provider_check_failures = 0
        agent.provider_check_due_at = timezone.now() if Credentials.of(agent) else None
    return changed
