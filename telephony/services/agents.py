"""Create, change and delete agents."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from agents.choices import ProviderCheck
from agents.providers.checks import Credentials
from agents.providers.fields import stored_in_vain, unused
from agents.rendering import LISTS, TEXTS
from agents.rendering import warnings as placeholder_warnings
from telephony.models import Agent, ToolSecret
from telephony.models.agent import CHECK_FIELDS
from telephony.services.agent_keys import check_keys, check_speech, with_keys
from telephony.services.analysis_templates import with_template
from telephony.services.errors import Problems, conflicts_named
from telephony.services.knowledge.sources import refresh_of
from telephony.services.rows import assign
from telephony.services.settings import keep_default
from telephony.services.tools import check_own_tools, with_reusable
from telephony.transfer_targets import as_stored
from voxa.core.destinations import GIVEN_FOR_ANOTHER, same_url, url_key

FIELDS = (
    "name", "direction", "system_prompt", "greeting", "require_variables", "voice", "language", "ai_provider",
    "provider_key", "stored_key", "provider_agent_id", "custom_endpoint", "base_url", "stt_url", "tts_url", "llm_model",
    "stt_model", "tts_model", "stt_provider", "stt_key", "tts_provider", "tts_key", "embedding_model",
    "voicemail_action", "voicemail_message", "silence_seconds", "silence_prompt", "silence_prompts",
    "tools", "transfers", "sends_digits", "analyzes_calls", "analysis_model", "analysis_schema", "analysis_template",
    "active",
)  # fmt: skip

SPOKEN = {*TEXTS, *LISTS, "ai_provider"}  # a change of these may leave a placeholder without a value
CREDENTIALS = {"ai_provider", "provider_key", "stored_key", "provider_agent_id", "base_url"}
DESTINATIONS = (
    "base_url",
    "stt_url",
    "tts_url",
    "custom_endpoint",
)  # with the provider, these decide where its key is sent
KEY_AGAIN = "The stored key belongs to another provider or URL. Enter the key again, or clear it."
TOOLS_MOVED = (
    "A tool URL changed, so the secret that signs this agent's tool requests was removed. "
    "Generate a new one and store it at your endpoints."
)


@transaction.atomic
def create_agent(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> Agent:
    """Create an agent from model field names. Raise `ValidationError` with every wrong field."""
    problems = Problems() if problems is None else problems
    data = with_template(workspace.pk, with_keys(workspace.pk, data, problems), problems)
    agent = build_agent(workspace, data, problems)
    problems.raise_any()
    with conflicts_named():
        keep_default(agent)
        agent.save(force_insert=True)
    agent.warnings = placeholder_warnings(agent)
    return agent


def build_agent(workspace: Workspace, data: Mapping[str, Any], problems: Problems) -> Agent:
    """Return an unsaved agent from model field names; add errors to `problems`."""
    agent = Agent(workspace=workspace)
    agent.revision_note = data.get("revision_note", "")
    _assign(agent, data)
    _refuse_unused(agent, FIELDS, problems)
    problems.check(agent, FIELDS)
    check_keys(agent, problems)
    check_speech(agent, problems)
    return agent


@transaction.atomic
def update_agent(agent: Agent, data: Mapping[str, Any], *, problems: Problems | None = None) -> Agent:
    """Change the fields in `data` and return the fresh agent. Its `warnings` list side effects.

    A provider key that is not in `data` is kept, unless the provider or a URL changes: then it is required again. An
    empty one clears it. Raise `Agent.DoesNotExist` if it was deleted, `ValidationError` with every wrong field.
    """
    problems = Problems() if problems is None else problems
    data = with_keys(agent.workspace_id, data, problems)  # locks a key before the agent, as a change of the key does
    data = with_template(agent.workspace_id, data, problems)
    agent = Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
    needs_key, former_tools = needs_key_again(agent, data), agent.tools
    changed = _assign(agent, data)
    _refuse_unused(agent, changed, problems)
    problems.check(agent, FIELDS)
    check_keys(agent, problems)
    check_speech(agent, problems)
    if {"tools", "ai_provider"} & set(changed):
        check_own_tools(agent, problems)
    if needs_key and problems.keys().isdisjoint(DESTINATIONS):
        problems.add("provider_key", KEY_AGAIN, GIVEN_FOR_ANOTHER)
    problems.raise_any()
    agent.revision_note = data.get("revision_note", "")
    if {"active", "direction"} & set(changed):
        keep_default(agent)
    if changed:
        agent.save(update_fields=[*changed, *CHECK_FIELDS, "updated_at"])
    if {*CREDENTIALS, "embedding_model"} & set(changed):
        refresh_of(agent)
    agent.warnings = _in_vain(agent) if "ai_provider" in changed else []
    if SPOKEN & set(changed):
        agent.warnings = [*agent.warnings, *placeholder_warnings(with_reusable(agent))]
    if {"ai_provider", *DESTINATIONS} & set(changed):
        agent.warnings = [*agent.warnings, *_pinned(agent)]
    if _tools_moved(former_tools, agent.tools) and ToolSecret.objects.filter(agent=agent).delete()[0]:
        agent.warnings = [*agent.warnings, TOOLS_MOVED]
    return agent


def _refuse_unused(agent: Agent, given: Sequence[str], problems: Problems) -> None:
    """Note what is given and has no effect with the agent's provider. What is stored already may stay."""
    for name, words in unused(agent.ai_provider, {name: getattr(agent, name) for name in given}).items():
        problems.add(name, words, "provider")


def _in_vain(agent: Agent) -> list[str]:
    """Return a warning that names what another provider left behind."""
    left = set(stored_in_vain(agent.ai_provider, agent))
    names = [str(field.verbose_name) for field in Agent._meta.fields if field.name in left]
    if not names:
        return []
    return [f"Stored, and not used by {agent.get_ai_provider_display()}: {', '.join(names)}. Empty what is not needed."]


def _pinned(agent: Agent) -> list[str]:
    """Return a warning that names numbers pinned to a former provider or URL, to which the key is not sent."""
    pinned = agent.numbers.filter(agent_revision__isnull=False).order_by("number")
    named = ", ".join(pinned.values_list("number", flat=True)[:10])
    words = "Numbers pinned to an earlier revision have no API key in calls if it has another provider or URL"
    return [f"{words}: {named}. Pin the newest one, or none."] if named else []


def needs_key_again(agent: Agent, data: Mapping[str, Any]) -> bool:
    """Return whether `data` would send the stored key to a new destination without naming a key."""
    if not agent.provider_key or "provider_key" in data:
        return False
    moved = any(name in data and not same_url(data[name], getattr(agent, name)) for name in DESTINATIONS)
    return moved or data.get("ai_provider", agent.ai_provider) != agent.ai_provider


def _tools_moved(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a tool has a new URL: a new recipient could reuse signatures."""
    former = {url_key(tool["url"]) for tool in before}
    return bool(former) and not former.issuperset(url_key(tool["url"]) for tool in after)


def delete_agent(agent: Agent) -> None:
    """Delete an agent. Its numbers stay, without an agent."""
    agent.delete()


def spelled(transfers: Any, country: str) -> Any:
    """Return transfer targets in stored form. Invalid ones are kept for the validators to reject."""
    if not isinstance(transfers, list):
        return transfers
    readable = [isinstance(one, dict) and isinstance(one.get("to"), str) for one in transfers]
    return [
        {**one, "to": as_stored(one["to"], country)} if fits else one
        for one, fits in zip(transfers, readable, strict=True)
    ]


def _assign(agent: Agent, data: Mapping[str, Any]) -> list[str]:
    if data.get("provider_key") == "":
        data = {**data, "provider_key": None}
    if "transfers" in data:
        data = {**data, "transfers": spelled(data["transfers"], agent.workspace.country)}
    changed = assign(agent, data, FIELDS)
    if CREDENTIALS & set(changed):  # the result for the old ones is void
        agent.provider_check, agent.provider_checked_at = ProviderCheck.UNVERIFIED, None
        agent.provider_check_failures = 0
        agent.provider_check_due_at = timezone.now() if Credentials.of(agent) else None
    return changed
