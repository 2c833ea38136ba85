"""Overrides of an agent's fields for one call."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.utils import timezone

from agents.providers.fields import unused
from agents.rendering import TEXTS, built_in, missing, rendered
from agents.variables import wrong_variables
from telephony.models import Agent
from telephony.services.errors import Problems
from telephony.services.tools import with_reusable

AT = "agent_overrides"
OF_AGENT = ("system_prompt", "greeting", "voice", "language", "voicemail_message")
EXAMPLE = {  # the call of a preview
    "direction": "outbound", "from": "+12025550100", "to": "+12025550123",
    "call_id": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip
OF_CALL = ("max_duration_seconds",)


def with_overrides(agent: Agent, overrides: Mapping[str, Any]) -> Agent:
    """Return a copy of an agent with overrides. It must not be saved."""
    changed = copy(agent)
    for name in OF_AGENT:
        if name in overrides:
            setattr(changed, name, overrides[name])
    return changed


def check_overrides(agent: Agent, overrides: Mapping[str, Any], problems: Problems) -> None:
    """Add errors of overrides: each is checked as the agent's own field is."""
    if not overrides:
        return
    for name in overrides.keys() - {*OF_AGENT, *OF_CALL}:
        problems.add(f"{AT}.{name}", "This field cannot be overridden. Omit it.", "unknown_field")
    named = {name: value for name, value in overrides.items() if name in OF_AGENT}
    problems.check(Agent(**named), named, f"{AT}.")
    for name, value in named.items():  # the model's validators leave this to forms and serializers
        longest = getattr(Agent._meta.get_field(name), "max_length", None)
        if longest and len(value) > longest:
            problems.add(f"{AT}.{name}", f"Enter at most {longest:,} characters.", "max_length")
    for name, words in unused(agent.ai_provider, named).items():
        problems.add(f"{AT}.{name}", words, "provider")


def preview(
    agent: Agent, variables: Mapping[str, Any], overrides: Mapping[str, Any], problems: Problems
) -> dict[str, Any]:
    """Return an agent's texts as in a call placed now, and the variables they miss. Raise `ValidationError`."""
    check_variables(variables, problems)
    check_overrides(agent, overrides, problems)
    problems.raise_any()
    workspace, spoken = agent.workspace, with_overrides(with_reusable(agent), overrides)
    values = {**built_in(timezone.now(), workspace.time_zone, workspace.name, agent.name), **EXAMPLE, **variables}
    texts = rendered(spoken, values)
    return {**{name: getattr(texts, name) for name in TEXTS}, "missing": missing(spoken, values)}


def check_variables(variables: Any, problems: Problems) -> None:
    """Add errors of variables, each by its name."""
    for path, words in wrong_variables(variables):
        problems.add(path, words, "variables")
