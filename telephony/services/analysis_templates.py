"""Analysis templates of a workspace: create, change, delete them, and which one an agent has.

A call is analyzed with the template as it is then: a change counts for each later analysis, whatever revision of the
agent spoke.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.models import Workspace
from telephony.models import Agent, AnalysisTemplate
from telephony.services.agent_use import chosen_row, delete_unused, lock_for_another
from telephony.services.errors import Problems, conflicts_named
from telephony.services.rows import assign

FIELDS = ("name", "schema")
MOST = 200
BOTH = "Enter analysis fields or choose a template, not both."
_UNKNOWN = "The workspace has no analysis template with this id."
_TOO_MANY = f"A workspace has at most {MOST} analysis templates. Delete one that no agent uses."


def create_template(
    workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None
) -> AnalysisTemplate:
    """Create a template.

    Raise `ValidationError` with every wrong field, `Conflict` for a taken name or too many templates.
    """
    problems = Problems() if problems is None else problems
    row = AnalysisTemplate(workspace=workspace)
    assign(row, data, FIELDS)
    problems.check(row, FIELDS)
    problems.raise_any()
    with conflicts_named():
        lock_for_another(AnalysisTemplate, workspace, MOST, "too_many_analysis_templates", _TOO_MANY)
        row.save(force_insert=True)
    return row


def update_template(
    row: AnalysisTemplate, data: Mapping[str, Any], *, problems: Problems | None = None
) -> AnalysisTemplate:
    """Change the fields in `data` and return the fresh row.

    Raise `AnalysisTemplate.DoesNotExist` if it was deleted, else as `create_template`.
    """
    problems = Problems() if problems is None else problems
    with conflicts_named():
        row = AnalysisTemplate.objects.select_for_update(no_key=True).get(pk=row.pk)
        changed = assign(row, data, FIELDS)
        problems.check(row, FIELDS)
        problems.raise_any()
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
    return row


def delete_template(row: AnalysisTemplate) -> None:
    """Delete a template. Raise `Conflict` that names the agents if any uses it."""
    delete_unused(row, "analysis_template_in_use", "analysis template", "Choose another one there first.")


def with_template(workspace_id: UUID, data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Return an agent's `data` with a row for the id of a template.

    A chosen template replaces the agent's own fields, and the reverse.
    """
    found = dict(data)
    if found.get("analysis_template") is not None:
        found["analysis_template"] = chosen_row(AnalysisTemplate, workspace_id, found["analysis_template"])
        if found["analysis_template"] is None:
            problems.add("analysis_template", _UNKNOWN, "not_found")
    if found.get("analysis_template") and found.get("analysis_schema"):
        problems.add("analysis_template", BOTH)
    elif found.get("analysis_template"):
        found["analysis_schema"] = {}
    elif found.get("analysis_schema"):
        found["analysis_template"] = None
    return found


def template_of(agent: Agent) -> AnalysisTemplate | None:
    """Return an agent's template as it is now. A pinned revision may name one that was deleted: then None."""
    rows = AnalysisTemplate.objects.filter(workspace=agent.workspace_id)
    return rows.filter(pk=agent.analysis_template_id).first() if agent.analysis_template_id else None
