"""A call's agent as it speaks on this call: with the overrides and variables that the call was placed with."""

from typing import Any

from django.utils import timezone

from agents.providers import PROVIDERS
from agents.rendering import built_in, missing
from calls.models import Call
from telephony.models import Agent
from telephony.services.agent_overrides import check_overrides, check_variables, with_overrides
from telephony.services.errors import Problems
from telephony.services.pinned import as_pinned
from telephony.services.tools import with_reusable


def configured(call: Call) -> Agent:
    """Return a call's agent, as in the revision that the called number pins, with reusable tools among its `tools`.

    It must not be saved.
    """
    assert call.agent is not None  # noqa: S101
    return with_reusable(as_pinned(call.agent, call.pinned_revision))


def variables_of(call: Call) -> dict[str, Any]:
    """Return the variables of a call with an agent, built-in ones too, and metadata where the provider gets it so."""
    workspace, agent = call.workspace, configured(call)
    told = {"direction": call.direction, "from": call.from_number, "to": call.to_number, "call_id": str(call.pk)}
    values: dict[str, Any] = {**built_in(timezone.now(), workspace.time_zone, workspace.name, agent.name), **told}
    if PROVIDERS[agent.ai_provider].metadata_is_variables:
        values |= {name: value for name, value in call.metadata.items() if isinstance(value, str | int | float)}
    return {**values, **call.variables}


def overridden(call: Call) -> Agent:
    """Return a copy of a call's agent with the call's overrides. It must not be saved."""
    return with_overrides(configured(call), call.agent_overrides)


def check_agent_of(call: Call, problems: Problems) -> None:
    """Add errors of the call's variables and overrides, and what its agent would miss."""
    check_variables(call.variables, problems)
    if call.agent is None:
        return
    check_overrides(call.agent, call.agent_overrides, problems)
    if problems:
        return
    if call.agent.require_variables:
        for name in missing(overridden(call), variables_of(call)):
            words = f"The agent's texts use {{{{{name}}}}}. Send it, or give it a default: {{{{{name}|...}}}}."
            problems.add(f"variables.{name}", words, "required")
