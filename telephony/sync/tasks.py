"""Tasks of the sync. They take ids and may run twice, in any order."""

import logging
from uuid import UUID

from telephony.models import LiveKitProject
from telephony.sync import apply, reconcile, removal, resolve, sweep
from telephony.sync.kinds import TRUNKS
from voxa.core.queues import LONG
from voxa.core.tasks import task

logger = logging.getLogger(__name__)


@task("telephony.tasks.sync_trunk")
def sync_trunk(trunk_id: str) -> None:
    """Sync one trunk to LiveKit."""
    apply.sync_trunk(UUID(trunk_id))


@task("telephony.tasks.sync_endpoint")
def sync_endpoint(endpoint_id: str) -> None:
    """Sync one SIP endpoint to LiveKit."""
    apply.sync_endpoint(UUID(endpoint_id))


@task("telephony.tasks.remove_objects")
def remove_objects(object_ids: list[int]) -> None:
    """Remove the LiveKit objects of deleted rows."""
    removal.remove_objects(object_ids)


@task("telephony.tasks.sweep_trunks")
def sweep_trunks() -> None:
    """Do work without a task or whose task was lost."""
    swept = sweep.sweep()
    if swept.synced or swept.removed or swept.closed:
        logger.info(
            "Swept: %d trunks and endpoints synced, %d objects removed, %d workspaces closed",
            swept.synced,
            swept.removed,
            swept.closed,
        )


@task("telephony.tasks.resolve_domains")
def resolve_domains() -> None:
    """Look up the domains that calls come in from, and write changed addresses."""
    changed = resolve.resolve_due(seconds=30)
    apply.sync_rows(TRUNKS, changed, concurrency=sweep.CONCURRENCY)


@task("telephony.tasks.reconcile_projects")
def reconcile_projects() -> None:
    """Hand each project that can be reached to a reconcile of its own."""
    for project in LiveKitProject.objects.all():
        if project.is_configured:
            reconcile_project.send(str(project.pk))


@task("telephony.tasks.reconcile_project", **LONG)
def reconcile_project(project_id: str) -> None:
    """Compare LiveKit with the rows, and repair drift."""
    project = LiveKitProject.objects.filter(pk=project_id).first()
    if project is None:
        return
    report = reconcile.reconcile(project)
    if report.findings or report.error:
        logger.warning(
            "Reconciled %s: %d findings, %d objects deleted. %s",
            project,
            len(report.findings),
            report.deleted,
            report.error,
        )
