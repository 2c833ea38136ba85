"""Revisions of an agent: each save is one, numbered from 1, with author and note. Secrets are not part of it."""

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from agents.providers.fields import unused
from telephony.models import Agent
from telephony.models.agent import KEYS
from telephony.services.agent_keys import SPEECH, check_keys
from telephony.services.agents import FIELDS, needs_key_again, update_agent
from telephony.services.analysis_templates import template_of
from telephony.services.errors import Problems
from telephony.services.rows import assign

# A template by its id: it may have been deleted since.
TEMPLATE_ID = "analysis_template_id"
RECORDED = (*(name for name in FIELDS if name not in ("provider_key", *KEYS, "analysis_template")), TEMPLATE_ID)
KEY_GONE = (
    "The revision has another AI provider or URL than an API key of the agent belongs to, so that key was removed. "
    "Enter or choose one again: without it the agent cannot speak."
)
TEMPLATE_GONE = "The revision's analysis template was deleted. Choose another one, or enter fields."


@dataclass(frozen=True)
class Change:
    """A field that differs between two revisions."""

    field: str
    before: Any
    after: Any


def revisions(agent: Agent) -> QuerySet[Any]:
    """Return the revisions of an agent, newest first, each with its `number`."""
    number = Window(RowNumber(), order_by=F("history_id").asc())
    rows: QuerySet[Any] = Agent.history.filter(id=agent.pk).annotate(number=number)
    return rows.select_related("history_user").order_by("-history_id")


def listed(agent: Agent, most: int) -> list[tuple[Any, list[Change]]]:
    """Return the newest revisions, each with what it changed."""
    rows = list(revisions(agent)[: most + 1])
    return [(row, changes(old, row)) for row, old in zip(rows, [*rows[1:], None], strict=True)][:most]


def revision(agent: Agent, number: int) -> Any | None:
    """Return one revision, None if there is none of this number."""
    return revisions(agent).filter(number=number).first()


def current_number(agent_id: Any) -> int:
    """Return the number of an agent's newest revision."""
    return int(Agent.history.filter(id=agent_id).count())


def author_of(row: Any) -> str:
    """Return who saved a revision: a person, an API key, or a program."""
    return str(row.history_user or row.history_change_reason or "A program")


def changes(before: Any | None, after: Any) -> list[Change]:
    """Return the fields that differ; against nothing, those that are not as in a new agent."""
    first = before or Agent()
    pairs = [(name, getattr(first, name), getattr(after, name)) for name in RECORDED]
    return [Change(name, old, new) for name, old, new in pairs if old != new]


def restore(agent: Agent, row: Any, note: str, problems: Problems) -> Agent:
    """Save an agent as it was in a revision, which makes a new one.

    The provider key is kept, unless the provider or a URL that receives it differs: then it is removed, and must be
    entered or chosen again. A template that was deleted is left out, with a warning. Raise `ValidationError` if the
    fields are no longer valid.
    """
    values = {name: getattr(row, name) for name in RECORDED if name != TEMPLATE_ID}
    template = values["analysis_template"] = template_of(row)
    for name in unused(row.ai_provider, values):
        del values[name]
    if lost := needs_key_again(agent, values):
        values["provider_key"] = None
    draft = copy(agent)
    assign(draft, values, FIELDS)
    check_keys(draft, misplaced := Problems())
    values |= dict.fromkeys(misplaced)
    saved = update_agent(agent, {**values, "revision_note": note}, problems=problems)
    # A key of speech is not missed where the revision has no provider for it.
    if lost or any(getattr(agent, name) and values.get(SPEECH.get(name, "ai_provider")) for name in misplaced):
        saved.warnings = [*saved.warnings, KEY_GONE]
    if row.analysis_template_id and template is None:
        saved.warnings = [*saved.warnings, TEMPLATE_GONE]
    return saved
