"""Checks of trunks and SIP endpoints: failed, pending for too long, or in service with a warning."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, SipEndpoint, Trunk
from telephony.status_text import status_text_of
from voxa.core.doctor.findings import MOST, Finding, Severity, some
from voxa.core.doctor.registry import Group, Scope

SOON = timedelta(minutes=3)  # time for a sync, or the sweep after it, to settle every row


def look_at_trunks(scope: Scope) -> Iterator[Finding]:
    """Report trunks."""
    yield from _status_findings(scope.own(Trunk.objects.defer("auth_password")), Group.TRUNKS)


def look_at_endpoints(scope: Scope) -> Iterator[Finding]:
    """Report SIP endpoints, and those with an inactive agent."""
    endpoints = scope.own(SipEndpoint.objects.defer("sip_password"))
    yield from _status_findings(endpoints, Group.ENDPOINTS)
    silent = endpoints.filter(agent__active=False).select_related("workspace", "agent").defer("agent__provider_key")
    yield from some(
        silent[:MOST],
        lambda row: Finding(
            "endpoints.agent",
            f"SIP endpoint {row.name} is not answered: its agent {row.agent.name} is not active.",
            "Activate the agent, or delete the endpoint.",
            page=_page(row),
            workspace=row.workspace.slug,
        ),
        silent.count(),
        Finding("endpoints.agent", "{more} more SIP endpoints are not answered.", "Activate their agents."),
    )


def _status_findings(rows: QuerySet[Any], group: Group) -> Iterator[Finding]:
    default = LiveKitProject.objects.filter(is_default=True).first() or LiveKitProject(is_default=True, name="Default")
    rows = rows.select_related("workspace__telephony_settings__project").order_by("-updated_at")

    def tell(row: Trunk | SipEndpoint) -> Finding:
        return _told(row, getattr(row.workspace, "telephony_settings", None), default, group)

    noun, listed = str(rows.model._meta.verbose_name_plural), _list(rows.model)
    failed, stuck = rows.filter(status=TrunkStatus.FAILED), rows.filter(_stuck())
    warned = rows.filter(status=TrunkStatus.ACTIVE).exclude(warnings=[])
    for chosen, name, severity in (
        (failed, "failed", Severity.ERROR),
        (stuck, "pending", Severity.ERROR),
        (warned, "warning", Severity.WARNING),
    ):
        rest = Finding(
            f"{group}.{name}", f"{{more}} more {noun} like these ({name}).", "See the list.", severity, listed
        )
        yield from some(chosen[:MOST], tell, chosen.count(), rest)


def _stuck() -> Q:
    """Return rows that are pending for too long: never in service, changed long ago, or failing to sync."""
    before = timezone.now() - SOON
    return Q(status=TrunkStatus.PENDING) & (Q(updated_at__lt=before) | Q(created_at__lt=before, sync_failures__gt=1))


def _told(row: Trunk | SipEndpoint, config: Any, default: LiveKitProject, group: Group) -> Finding:
    title = f"{capfirst(row._meta.verbose_name)} {row.name}"
    where = {"page": _page(row), "workspace": row.workspace.slug}
    if row.status == TrunkStatus.ACTIVE:
        what = f"{title} is only partly in service. {' '.join(row.warnings)}"
        return Finding(
            f"{group}.warning", what, "Resolve the warning; each sync checks again.", Severity.WARNING, **where
        )
    status_text = status_text_of(row, config.project if config else default)
    what = f"{title}: {status_text.headline} {status_text.reason}".rstrip()
    remedy = status_text.remedy
    if row.status == TrunkStatus.PENDING and not row.last_error:
        remedy = "Check that beat and a worker run. To sync now, run manage.py provision_trunks."
    former = row.status == TrunkStatus.PENDING and row.synced_at is not None
    if former:
        what += " LiveKit still uses the configuration from before the change."
    return Finding(f"{group}.{row.status}", what, remedy, Severity.WARNING if former else Severity.ERROR, **where)


def _page(row: Trunk | SipEndpoint) -> str:
    return reverse(f"admin:telephony_{row._meta.model_name}_change", args=[row.pk])


def _list(model: Any) -> str:
    return reverse(f"admin:telephony_{model._meta.model_name}_changelist")
