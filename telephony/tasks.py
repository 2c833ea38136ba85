"""Tasks of telephony. They take ids, may run twice and in any order, and limit their own time."""

import logging
from uuid import UUID

from celery import shared_task

from telephony.choices import ObjectKind
from telephony.models import LiveKitProject
from telephony.services import health_checks, provider_checks, queues, sip_service
from telephony.sync import apply, reconcile, removal, resolve, sweep
from telephony.sync.kinds import TRUNKS

logger = logging.getLogger(__name__)

SIP_CHECK_EXPIRES = 25  # seconds, within the beat's
LONG = {"soft_time_limit": 500, "time_limit": 540}  # seconds, below the broker's visibility timeout


@shared_task
def note_queue(name: str) -> None:
    """Record that a worker consumes the queue of this task."""
    queues.note_queue(name)


@shared_task
def sync_trunk(trunk_id: str) -> None:
    """Sync one trunk to LiveKit."""
    apply.sync_trunk(UUID(trunk_id))


@shared_task
def sync_endpoint(endpoint_id: str) -> None:
    """Sync one SIP endpoint to LiveKit."""
    apply.sync_endpoint(UUID(endpoint_id))


@shared_task
def remove_objects(object_ids: list[int]) -> None:
    """Remove the LiveKit objects of deleted rows."""
    removal.remove_objects(object_ids)


@shared_task
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


@shared_task
def resolve_domains() -> None:
    """Look up the domains that calls come in from, and write changed addresses."""
    changed = resolve.resolve_due(seconds=30)
    apply.sync_rows(TRUNKS, changed, concurrency=sweep.CONCURRENCY)


@shared_task
def check_sip_services() -> None:
    """Check each LiveKit project with calls for an available SIP service."""
    for project in LiveKitProject.objects.filter(objects_owned__kind=ObjectKind.OUTBOUND).distinct():
        if project.is_configured:
            check_sip_service.apply_async((str(project.pk),), expires=SIP_CHECK_EXPIRES)


@shared_task
def check_sip_service(project_id: str) -> None:
    """Ask one project; it answers within 5 s."""
    project = LiveKitProject.objects.filter(pk=project_id).first()
    if project is not None:
        sip_service.check(project)


@shared_task
def check_providers() -> None:
    """Recheck API keys that AI providers could not check yet."""
    provider_checks.check_due(seconds=45)


@shared_task
def reconcile_projects() -> None:
    """Hand each project that can be reached to a reconcile of its own."""
    for project in LiveKitProject.objects.all():
        if project.is_configured:
            reconcile_project.delay(str(project.pk))


@shared_task(**LONG)
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


@shared_task
def check_health() -> None:
    """Request the checks of the whole installation."""
    health_checks.request_check()


@shared_task(**LONG)
def run_health_check(check_id: int) -> None:
    """Run the checks that somebody requested."""
    health_checks.run_check(check_id)
