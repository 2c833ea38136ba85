"""LiveKit projects that take no calls: asked again, by one dispatcher at a time, until they do.

While one is away its calls stay in the queue unclaimed, so that however many wait LiveKit is asked once in `EVERY`, and
without a call. When it takes calls again all are dialled in their order, each paced by its trunk.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.dialer.rate_limits import LONG_AGO, pause
from calls.dialer.wake import wake_dispatchers
from calls.models import Call, DialSlot
from telephony.models import LiveKitProject, TelephonySettings
from telephony.services import sip_service

EVERY = timedelta(seconds=3)  # between two questions to one project; an answer takes a second where nobody is there


def to_ask(now: datetime) -> list[UUID]:
    """Claim the paused projects that nobody asks at the moment."""
    paused = DialSlot.objects.filter(full_until__gt=now, pk__in=LiveKitProject.objects.values("pk"))
    due = list(paused.filter(next_at__lte=now).values_list("pk", flat=True))
    return [pk for pk in due if paused.filter(pk=pk, next_at__lte=now).update(next_at=now + EVERY)]


def ask(project_id: UUID) -> bool:
    """Ask a project whether it takes calls, and have its calls dialled again if so; 5 s at most."""
    project = LiveKitProject.objects.filter(pk=project_id).first()
    _send_on(project_id)
    if project is not None and project.is_configured and sip_service.check(project) is not None:
        pause(project_id, timezone.now())
        _mark(project_id, timezone.now())
        return False
    DialSlot.objects.filter(pk=project_id).update(next_at=LONG_AGO, full_until=LONG_AGO)
    wake_dispatchers()
    return True


def _mark(project_id: UUID, now: datetime) -> None:
    """Write on the calls that wait what they wait for: nobody claims them, and an older reason would mislead."""
    waiting = Call.objects.filter(
        project=project_id, status=CallStatus.QUEUED, due_at__lte=now, lease_token=None, end_requested=""
    )
    unmarked = waiting.exclude(reason=Reason.LIVEKIT_UNAVAILABLE)
    unmarked.update(reason=Reason.LIVEKIT_UNAVAILABLE, updated_at=now)


def _send_on(project_id: UUID) -> None:
    """Release the calls whose workspace has moved to another project meanwhile."""
    waiting = Call.objects.filter(status=CallStatus.QUEUED, project=project_id)
    for workspace_id in waiting.order_by().values_list("workspace", flat=True).distinct():
        now_at = TelephonySettings.of(workspace_id).project_id
        if now_at != project_id:
            waiting.filter(workspace=workspace_id).update(project=now_at)
