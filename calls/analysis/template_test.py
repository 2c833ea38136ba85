"""Analyze a call or a text with a template, to try it out. Nothing is stored."""

import time
from dataclasses import dataclass, field
from typing import Any

from accounts.choices import ExternalWork
from accounts.services.external_leases import external_lease
from agents.providers import PROVIDERS
from calls.analysis.analyze import as_material, asked, text_of
from calls.analysis.language_model import LanguageModel, NoAnswer
from calls.models import Call, TranscriptItem
from calls.services.agent_of_call import configured
from telephony.models import Agent, AnalysisTemplate
from telephony.services.errors import Problems
from voxa.core.http.outbound import Limits

LIMITS = Limits(connect=2.0, read=20.0, total=20.0, max_bytes=262_144)  # a person and a web thread wait
BUSY = "Too many analyses and webhooks are running. Try again in a moment."
ONE = "Choose a call or enter a transcript, one of both."


@dataclass(frozen=True, slots=True)
class Tried:
    """What a test showed: the analysis, or `error` if there is none."""

    model: str
    seconds: float
    summary: str = ""
    outcome: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def try_template(
    template: AnalysisTemplate, call: Call | None, transcript: str, agent: Agent | None, problems: Problems
) -> Tried:
    """Analyze a call or a transcript by an agent's language model; without `agent`, by that of the call's own.

    Never in a transaction. Raise `ValidationError` for each wrong field.
    """
    if (call is None) == (not transcript) and "call_id" not in problems:
        problems.add("call_id", ONE, "required" if call is None else "invalid")
    elif call and not TranscriptItem.objects.filter(call=call).exists():
        problems.add("call_id", "This call has no transcript. Choose another one.", "no_transcript")
    agent = agent or (configured(call) if call and call.agent else None)
    if agent is None:
        if "agent_id" not in problems:
            problems.add("agent_id", "Choose the agent whose language model analyzes it.", "required")
    elif not PROVIDERS[agent.ai_provider].analyzes:
        problems.add("agent_id", f"{agent.name} has no language model for analyses. Choose another agent.", "provider")
    problems.raise_any()
    assert agent is not None  # noqa: S101
    with external_lease(template.workspace_id, ExternalWork.BACKGROUND) as may:
        model = LanguageModel.of(agent)
        if not may:
            return Tried(model.model, 0.0, error=BUSY)
        return _asked(model, template, text_of(call) if call else as_material(transcript))


def _asked(model: LanguageModel, template: AnalysisTemplate, text: str) -> Tried:
    began = time.monotonic()
    try:
        found = asked(model, template.schema, text, LIMITS)
    except NoAnswer as error:
        return Tried(model.model, time.monotonic() - began, error=str(error))
    named = {name: found[name] for name in ("summary", "outcome", "fields")}
    return Tried(model.model, time.monotonic() - began, **named)
