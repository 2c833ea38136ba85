"""Delete recordings without a call: past retention, erased on request, or of a deleted workspace."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from calls.models import Recording
from calls.recordings import storage
from calls.recordings.recording import OPEN, SAVES, end_egress
from telephony.livekit import LiveKitError

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(hours=1)
SETTLES = timedelta(minutes=1)  # delay before checking again whether the file exists


def let_go(call_ids: Iterable[UUID]) -> int:
    """Detach recordings from their calls, so that they are deleted; return how many."""
    return Recording.objects.filter(call__in=list(call_ids)).update(call=None, due_at=timezone.now())


def delete_due(most: int = 100) -> int:
    """Delete due recordings from the storage; return how many. One that cannot be deleted stays, with the reason."""
    now, gone = timezone.now(), 0
    due = Recording.objects.filter(Q(due_at=None) | Q(due_at__lte=now), call=None).select_related("project")
    for recording in due.order_by("due_at")[:most]:
        if _may_still_be_written(recording):
            Recording.objects.filter(pk=recording.pk).update(due_at=now + SETTLES)
            continue
        try:
            if recording.asked_at is not None:
                storage.delete(recording.bucket, recording.key)
        except storage.StorageFailed as error:
            logger.warning("Recording %s could not be deleted: %s", recording.pk, error)
            Recording.objects.filter(pk=recording.pk).update(error=str(error)[:500], due_at=now + AGAIN_AFTER)
        else:
            recording.delete()
            gone += 1
    return gone


def _may_still_be_written(recording: Recording) -> bool:
    """Stop an active recording and return whether its file may still be saved: it would outlive its deletion."""
    late = recording.updated_at < timezone.now() - SAVES
    if recording.status not in OPEN or recording.asked_at is None or recording.project is None or late:
        return False
    with suppress(LiveKitError):
        end_egress(recording, recording.project)
    return True
