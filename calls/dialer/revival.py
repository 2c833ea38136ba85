"""Paused LiveKit projects: one dispatcher at a time checks each until it accepts calls again.

While a project is unreachable its calls stay queued and unclaimed, so LiveKit is checked once per `EVERY`, without a
call, however many wait. When it accepts calls again, all are dialed in order, paced by their trunks.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.dialer.rate_limits import LONG_AGO, pause
from calls.dialer.wake import wake_dispatchers
from calls.models import Call, DialSlot
from telephony.models import LiveKitProject, TelephonySettings
from telephony.services import sip_service
from voxa.core.statements import Fixed

EVERY = timedelta(seconds=3)  # between two checks of a project; a check of an unreachable one takes a second


def next_check() -> datetime | None:
    """Return when the next check of a paused project is due."""
    return _next_check.only(timezone.now())


def _paused(now: datetime) -> QuerySet[DialSlot]:
    return DialSlot.objects.filter(full_until__gt=now, pk__in=LiveKitProject.objects.values("pk"))


_next_check: Fixed[Any] = Fixed(
    lambda now: _paused(now).order_by("next_at").values_list("next_at", flat=True)[:1], datetime
)


def to_ask(now: datetime) -> list[UUID]:
    """Claim the paused projects that no dispatcher is checking."""
    paused = _paused(now)
    due = list(paused.filter(next_at__lte=now).values_list("pk", flat=True))
    return [pk for pk in due if paused.filter(pk=pk, next_at__lte=now).update(next_at=now + EVERY)]


def ask(project_id: UUID) -> bool:
    """Check whether a project accepts calls, within 5 s, and resume its calls if so."""
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
    """Set the reason on the waiting calls: nobody claims them, and an older reason would be misleading."""
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
