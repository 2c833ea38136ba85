"""Change a workspace's telephony settings."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.models import Workspace
from telephony.models import Agent, LiveKitProject, PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.selectors import stand_ins
from telephony.services import fallbacks
from telephony.services.errors import Problems, conflicts_named
from telephony.services.request_secrets import match_secret
from telephony.services.rows import assign
from telephony.sync.kinds import ENDPOINTS, TRUNKS
from telephony.sync.request import request_many

# Settings that the workspace decides. Project, shared trunk and price are the operator's.
FIELDS = (
    "default_agent",
    "allowed_countries", "allow_premium", "allow_unknown_numbers", "calls_per_second", "max_concurrent_calls",
    "calling_hours_start", "calling_hours_end", "calling_days", "calling_hours_fallback", "daily_attempts_per_callee",
    "max_attempts", "retry_delay_seconds", "daily_spend_limit", "agent_absent", "record_calls",
    "recording_announcement", "assistant_request_url", "assistant_request_secret", *fallbacks.FIELDS,
)  # fmt: skip
OPERATOR_FIELDS = ("project", "allow_shared_trunk", "price_per_minute", "currency")
NAMED = 5  # numbers named in an error


def update_settings(
    workspace: Workspace, data: Mapping[str, Any], *, by_operator: bool = False, problems: Problems | None = None
) -> TelephonySettings:
    """Change the model fields in `data` and return the settings. They apply to the next dial.

    `by_operator` allows OPERATOR_FIELDS too. A new LiveKit project moves the workspace's numbers.
    Raise `ValidationError` with every wrong field, also if the new project already has one of the numbers.
    """
    problems = Problems() if problems is None else problems
    TelephonySettings.of(workspace.pk)
    fields = (*FIELDS, *OPERATOR_FIELDS) if by_operator else FIELDS
    with conflicts_named():
        found = TelephonySettings.objects.select_for_update(no_key=True).get(pk=workspace.pk)
        before = found.assistant_request_url
        changed = assign(found, data, fields)
        changed += match_secret(found, before, data, problems)
        changed += fallbacks.check_fallback(found, workspace, changed, problems)
        if "default_agent" in changed:
            _check_default(found.default_agent, workspace, problems)
        problems.check(found, fields)
        if "record_calls" in changed and found.record_calls and not settings.RECORDING_S3_BUCKET:
            problems.add("record_calls", fallbacks.NO_STORAGE, "no_storage")
        if "project" in changed:
            _refuse_taken(workspace, found.project, problems)
        problems.raise_any()
        if changed:
            found.save(update_fields=changed)
        if "project" in changed:
            _take_along(workspace, found.project)
    return found


def _check_default(agent: Agent | None, workspace: Workspace, problems: Problems) -> None:
    if agent is not None and agent.workspace_id != workspace.pk:
        problems.add("default_agent", "Choose one from the same workspace.", "foreign")
    elif agent is not None and not fallbacks.answers_inbound(agent):
        problems.add("default_agent", "Choose an active agent that answers inbound calls.", "agent")


def keep_default(joining: Agent) -> None:
    """Store the only agent that can answer as the default before another can: its calls must not stop."""
    if fallbacks.answers_inbound(joining):
        before = stand_ins().filter(workspace=joining.workspace_id).exclude(pk=joining.pk).defer("provider_key").first()
        found = TelephonySettings.of(joining.workspace_id) if before is not None else None
        if found is not None and found.default_agent_id is None:
            found.default_agent = before
            found.save(update_fields=["default_agent"])


def _refuse_taken(workspace: Workspace, project: LiveKitProject, problems: Problems) -> None:
    """Report the numbers that the new project already has. The constraint decides; this names them."""
    mine = PhoneNumber.objects.filter(workspace=workspace)
    there = PhoneNumber.objects.filter(project=project, number__in=mine.values("number")).exclude(workspace=workspace)
    taken = list(there.order_by("number").values_list("number", flat=True)[: NAMED + 1])
    if taken:
        names = ", ".join(taken[:NAMED]) + (" and others" if len(taken) > NAMED else "")
        remedy = "Remove them from one of the two workspaces, or choose another project."
        problems.add("project", f"{project} already has numbers of this workspace: {names}. {remedy}", "number_taken")


def _take_along(workspace: Workspace, project: LiveKitProject) -> None:
    """Move the numbers, and provision every trunk and endpoint in the new project."""
    trunks = list(
        Trunk.objects.select_for_update(no_key=True)  # before their numbers, as everywhere
        .filter(workspace=workspace)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    PhoneNumber.objects.filter(workspace=workspace).update(project=project)
    request_many(trunks, TRUNKS)
    request_many(list(SipEndpoint.objects.filter(workspace=workspace).values_list("pk", flat=True)), ENDPOINTS)
