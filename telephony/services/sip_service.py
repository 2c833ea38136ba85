"""Track whether LiveKit has an available SIP service, from dials and from a check that dials nothing."""

from uuid import UUID

from django.utils import timezone

from telephony.livekit import LiveKitError, LiveKitUnavailable, LiveKitWithoutSip, client_for
from telephony.livekit.sip_service import check_sip_service
from telephony.models import LiveKitProject


def note_no_calls_taken(project_id: UUID, error: LiveKitError) -> None:
    """Record that LiveKit refused a dial because no SIP service is available."""
    if isinstance(error, LiveKitWithoutSip):
        LiveKitProject.objects.filter(pk=project_id).update(sip_failed_at=timezone.now(), sip_error=str(error))


def note_calls_taken(project_id: UUID) -> None:
    """Record that LiveKit's SIP service accepts calls."""
    LiveKitProject.objects.filter(pk=project_id).exclude(sip_error="").update(sip_error="")


def check(project: LiveKitProject) -> LiveKitError | None:
    """Check within 5 s whether LiveKit has an available SIP service; record and return the reason if not."""
    try:
        client_for(project).run(check_sip_service())
    except LiveKitWithoutSip as error:
        note_no_calls_taken(project.pk, error)
        return error
    except LiveKitUnavailable as error:
        return error
    except LiveKitError:
        pass  # a rejection is a response, so the service is available
    note_calls_taken(project.pk)
    return None
