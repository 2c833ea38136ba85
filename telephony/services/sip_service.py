"""Whether LiveKit has a SIP service that takes calls: what dials and checks found, and a check that dials nothing."""

from uuid import UUID

from django.utils import timezone

from telephony.livekit_client import LiveKitError, LiveKitUnavailable, LiveKitWithoutSip, client_for
from telephony.livekit_client.sip_service import check_sip_service
from telephony.models import LiveKitProject


def note_no_calls_taken(project_id: UUID, error: LiveKitError) -> None:
    """Keep that LiveKit refused a dial because it has nobody who would place it."""
    if isinstance(error, LiveKitWithoutSip):
        LiveKitProject.objects.filter(pk=project_id).update(sip_failed_at=timezone.now(), sip_error=str(error))


def note_calls_taken(project_id: UUID) -> None:
    """Keep that LiveKit's SIP service takes calls."""
    LiveKitProject.objects.filter(pk=project_id).exclude(sip_error="").update(sip_error="")


def check(project: LiveKitProject) -> LiveKitError | None:
    """Ask LiveKit whether it has a SIP service that takes calls, within 5 s; return why not. Keeps what it found."""
    try:
        client_for(project).run(check_sip_service())
    except LiveKitWithoutSip as error:
        note_no_calls_taken(project.pk, error)
        return error
    except LiveKitUnavailable as error:
        return error
    except LiveKitError:
        pass  # it answered, and refused the question: whoever did so is there
    note_calls_taken(project.pk)
    return None
