"""What needs attention on the home page, with a remedy."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.admin.access import Access
from accounts.admin.times import when
from accounts.choices import Role
from telephony.admin.counting import COUNTED, words
from telephony.models import LiveKitProject, PhoneNumber
from telephony.selectors import projects_of
from telephony.services.queues import missed, unseen_queues
from telephony.status_text import status_text_of
from telephony.sync.linting import ASK_OPERATOR, concerning, for_tenant, kept
from telephony.trunk_states import TROUBLED, TrunkState

SHOWN = 6  # of a kind


@dataclass(frozen=True)
class Concern:
    """An item that needs attention: title, reason and link."""

    color: str
    label: str
    title: str
    reason: str
    link: str
    action: str


def idle_queues(access: Access) -> list[Concern]:
    """Report queues without a worker, to superusers only."""
    if not access.superuser:
        return []
    told = [missed(name, since) for name, since in unseen_queues().items()]
    return [Concern("danger", _("Workers"), what, remedy, "", "") for what, remedy in told]


def used_projects(access: Access) -> list[LiveKitProject]:
    """Return the first 50 LiveKit projects of the user's workspaces."""
    used = LiveKitProject.objects.all() if access.superuser else projects_of(access.workspaces(Role.VIEWER))
    found = list(used.defer("api_secret")[:50])
    missing = not any(project.is_default for project in found) if access.superuser else access.roles and not found
    if missing:  # it is made on first use
        found.insert(0, LiveKitProject.default())
    return found


def away(access: Access, projects: list[LiveKitProject]) -> list[Concern]:
    """Report LiveKit projects that are not configured or did not answer the last request."""
    concerns = []
    for project in projects:
        page = reverse("admin:telephony_livekitproject_change", args=[project.pk])
        link = page if access.may(Role.ADMIN) else ""
        if project.is_default and not project.url:
            reason = _("Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET and restart Voxa. Trunks stay pending.")
            title = _("%(project)s is not configured") % {"project": project}
            concerns.append(Concern("warning", "LiveKit", title, reason, link, _("Configure")))
        elif not project.was_reachable:
            title = _("%(project)s is unreachable") % {"project": project}
            concerns.append(Concern("danger", "LiveKit", title, project.last_error, link, _("Test connection")))
        elif project.takes_no_calls:
            title = _("%(project)s recently refused calls") % {"project": project}
            if project.sip_error:
                title = _("%(project)s has no SIP service available") % {"project": project}
            queued = _("Outbound calls stay queued until it accepts calls again.")
            reason = f"{project.takes_no_calls} {queued}"
            concerns.append(Concern("danger", "LiveKit", title, reason, link, _("Test connection")))
    return concerns


def lint_concerns(access: Access, projects: list[LiveKitProject]) -> list[Concern]:
    """Report the last LiveKit findings: all of them to superusers, to others those that affect their own numbers."""
    mine = access.workspaces(Role.VIEWER)
    concerns = []
    for project in projects:
        if not project.lint:
            continue
        lint_findings = kept(project) if access.superuser else concerning(kept(project), mine)
        page = reverse("admin:telephony_livekitproject_change", args=[project.pk])
        for lint_finding in lint_findings[:SHOWN]:
            told, remedy = (
                (lint_finding.what, lint_finding.remedy)
                if access.superuser
                else (for_tenant(lint_finding), ASK_OPERATOR)
            )
            label, color = ("LiveKit", "danger" if lint_finding.grave else "warning")
            seen = _("Checked %(when)s.") % {"when": when(project.linted_at)}
            link = page if access.may(Role.ADMIN) else ""
            concerns.append(Concern(color, label, told, f"{remedy} {seen}", link, _("Open")))
        if len(lint_findings) > SHOWN:
            more = {"count": len(lint_findings) - SHOWN, "project": project}
            title = _("%(count)s more findings in %(project)s") % more
            reason = _("Run manage.py check_telephony to see all of them.") if access.superuser else ASK_OPERATOR
            concerns.append(Concern("warning", "LiveKit", title, reason, "", ""))
    return concerns


def looked(projects: list[LiveKitProject]) -> str:
    """Return when LiveKit's trunks and rules were last checked: the oldest check of several projects."""
    seen = [project.linted_at for project in projects if project.linted_at]
    if not seen:
        return _("LiveKit trunks and dispatch rules have not been checked yet.")
    last = _("LiveKit trunks and dispatch rules were last checked %(when)s.") % {"when": when(min(seen))}
    others = _("Other projects have not been checked yet.")
    return last if len(seen) == len(projects) else f"{last} {others}"


def troubles(rows: QuerySet[Any], by: str) -> dict[str, list[UUID]]:
    """Return the trunks or SIP endpoints in trouble by state: the worst state, and the latest change, first."""
    found = rows.filter(**{f"{by}__in": TROUBLED}).order_by().values_list(by, "updated_at", "pk")
    ids: dict[str, list[UUID]] = {str(state): [] for state in TROUBLED}
    for state, _at, pk in sorted(found[: COUNTED * len(TROUBLED)], key=lambda row: row[1], reverse=True):
        ids[state].append(pk)
    return {state: some for state, some in ids.items() if some}


def troubled(rows: QuerySet[Any], found: dict[str, list[UUID]], access: Access) -> list[Concern]:
    """Report the first of the rows in trouble, with a remedy for users who may apply it."""
    first = [pk for some in found.values() for pk in some][:SHOWN]
    shown = rows.select_related("workspace__telephony_settings__project").in_bulk(first) if first else {}
    concerns = []
    for row in (shown[pk] for pk in first if pk in shown):
        settings_row = getattr(row.workspace, "telephony_settings", None)
        project = settings_row.project if settings_row else LiveKitProject.default()
        status_text = status_text_of(row, project)
        link = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        remedy = status_text.remedy if access.may(Role.OPERATOR, row.workspace_id) else ""
        failed = status_text.status in (TrunkState.FAILED, TrunkState.PENDING) and status_text.reason
        reason = (
            f"{status_text.reason} {remedy}".strip()
            if failed
            else f"{status_text.headline} {status_text.reason} {remedy}"
        )
        label = str(status_text.status.label)
        title = f"{capfirst(row._meta.verbose_name)} {row.name}"
        if access.superuser or len(access.roles) > 1:
            title = _("%(row)s of %(workspace)s") % {"row": title, "workspace": row.workspace.name}
        concerns.append(Concern(status_text.color, label, title, reason, link, _("Open")))
    return concerns


def unanswered_numbers(orphans: QuerySet[PhoneNumber], count: int) -> Concern:
    """Report numbers without an agent."""
    some = ", ".join(orphans.order_by("-created_at").values_list("number", flat=True)[:3])
    title = _("1 number has no agent") if count == 1 else _("%(count)s numbers have no agent") % {"count": words(count)}
    link = reverse("admin:telephony_phonenumber_changelist") + "?answered=no"
    reason = _(
        "Calls to %(numbers)s are not answered. Assign one, or choose the default agent in the telephony settings."
    ) % {"numbers": some}
    return Concern("warning", _("Numbers"), title, reason, link, _("Assign agents"))
