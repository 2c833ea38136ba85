"""Tasks that check what Voxa depends on: queues, SIP services, AI providers, the whole installation."""

from uuid import UUID

from telephony.choices import ObjectKind
from telephony.models import LiveKitProject, ProviderKey
from telephony.services import gateway_checks, health_checks, provider_checks, queues, sip_service
from voxa.core.queues import LONG
from voxa.core.tasks import task

SIP_CHECK_EXPIRES = 25  # seconds, within the beat's


@task("telephony.tasks.note_queue")
def note_queue(name: str) -> None:
    """Record that a worker consumes the queue of this task."""
    queues.note_queue(name)


@task("telephony.tasks.check_sip_services")
def check_sip_services() -> None:
    """Check each LiveKit project with calls for an available SIP service."""
    for project in LiveKitProject.objects.filter(objects_owned__kind=ObjectKind.OUTBOUND).distinct():
        if project.is_configured:
            check_sip_service.send(str(project.pk))


@task("telephony.tasks.check_sip_service", expires=SIP_CHECK_EXPIRES)
def check_sip_service(project_id: str) -> None:
    """Ask one project; it answers within 5 s."""
    project = LiveKitProject.objects.filter(pk=project_id).first()
    if project is not None:
        sip_service.check(project)


@task("telephony.tasks.check_providers")
def check_providers() -> None:
    """Recheck API keys that AI providers could not check yet."""
    provider_checks.check_due(seconds=45)


@task("telephony.tasks.check_provider_key")
def check_provider_key(key_id: str) -> None:
    """Check a key that was entered, within 2.5 s."""
    provider_checks.check_again(UUID(key_id), ProviderKey)


@task("telephony.tasks.check_health")
def check_health() -> None:
    """Request the checks of the whole installation."""
    health_checks.request_check()


@task("telephony.tasks.run_health_check", **LONG)
def run_health_check(check_id: int) -> None:
    """Run the checks that somebody requested."""
    health_checks.run_check(check_id)


@task("telephony.tasks.check_gateways")
def check_gateways(trunk_id: str) -> None:
    """Check the gateways of a trunk, within 12 s."""
    gateway_checks.check(UUID(trunk_id))
