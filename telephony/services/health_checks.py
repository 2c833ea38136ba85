"""Runs of the checks of `manage.py check_telephony` in the background, and their results."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.models import Workspace
from telephony.models import HealthCheck
from telephony.models.health_check import LONGEST
from voxa.core.doctor.registry import Scope, checks
from voxa.core.doctor.run import examine
from voxa.core.tasks import publish_on_commit

APART = timedelta(seconds=5)  # between two requests for one run


def request_check(workspace: Workspace | None = None) -> HealthCheck:
    """Request a run for a workspace, or for the installation; one under way or just done is not requested again."""
    now = timezone.now()
    with transaction.atomic():
        row, new = HealthCheck.objects.get_or_create(workspace=workspace, defaults={"requested_at": now})
        if new or not (row.is_running or now - row.requested_at < APART):
            HealthCheck.objects.filter(pk=row.pk).update(requested_at=now)
            row.requested_at = now
            publish_on_commit("telephony.tasks.run_health_check", row.pk)
    return row


def run_check(check_id: int) -> None:
    """Run a requested check, unless another process does; store its findings."""
    now = timezone.now()
    waiting = Q(started_at=None) | Q(started_at__lt=F("requested_at")) | Q(started_at__lt=now - LONGEST)
    open_ = Q(finished_at=None) | Q(finished_at__lt=F("requested_at"))
    if not HealthCheck.objects.filter(waiting, open_, pk=check_id).update(started_at=now):
        return
    autodiscover_modules("doctor")
    row = HealthCheck.objects.select_related("workspace").get(pk=check_id)
    groups = examine(checks(), lambda: Scope(row.workspace))
    findings = [asdict(finding) for group in groups for finding in group.findings]
    HealthCheck.objects.filter(pk=check_id, started_at=now).update(findings=findings, finished_at=timezone.now())


def latest(workspaces: Iterable[UUID] | None) -> list[HealthCheck]:
    """Return the newest results: of the installation for None, else of each workspace, from its own or that run.

    The installation's own findings, which have no workspace, are left out for workspaces. Rows are not to be saved.
    """
    whole = HealthCheck.objects.filter(workspace=None).first()
    if workspaces is None:
        return [whole] if whole else []
    rows = []
    found = Workspace.objects.filter(pk__in=list(workspaces), closed_at=None).select_related("health_check")
    for workspace in found.order_by("name"):
        own: HealthCheck | None = getattr(workspace, "health_check", None)
        if whole and (own is None or (not own.is_running and _finished(own) < _finished(whole))):
            own = HealthCheck(
                workspace=workspace,
                requested_at=whole.requested_at,
                finished_at=whole.finished_at,
                findings=whole.of(workspace.slug),
            )
        if own is not None:
            own.findings = own.of(workspace.slug)
            own.workspace = workspace
            rows.append(own)
    return rows


def _finished(row: HealthCheck) -> float:
    return row.finished_at.timestamp() if row.finished_at else 0.0
