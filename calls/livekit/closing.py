"""Close the rooms of calls that must end, and record the end."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from calls.choices import ENDED, FAULTS, LIVE, CallStatus, Direction, Reason
from calls.models import Call
from calls.services.timeline import end
from telephony.livekit import LiveKitNotFound, client_for
from telephony.livekit.rooms import close_room


def close_call(call_id: UUID, seconds: float | None = None) -> None:
    """Hang up a live call that is requested to end, then record the end. Do nothing for other calls.

    LiveKit has the client's deadline, or `seconds`. Raise `LiveKitError` if the room could not be closed: the call
    stays live, and `reap` retries.
    """
    call = Call.objects.select_related("project").filter(pk=call_id, status__in=LIVE).exclude(end_requested="").first()
    if call is None:
        return
    if call.room_name:
        with suppress(LiveKitNotFound):
            client_for(call.project).run(replace(close_room(call.room_name), deadline=seconds))
    reason = Reason(call.end_requested)
    call.refresh_from_db(fields=["answered_at"])
    end(call, timezone.now(), reason, _status(call, reason))


def _status(call: Call, reason: Reason) -> CallStatus | None:
    """Return the final status: an outbound call ended while being dialed counts as canceled, whatever requested it."""
    if call.direction == Direction.OUTBOUND and call.answered_at is None and reason not in FAULTS:
        return CallStatus.CANCELED
    return status_for(reason)


def status_for(reason: Reason) -> CallStatus | None:
    """Return the final status for a reason, None if it depends on whether the call was answered."""
    if reason in FAULTS:
        return CallStatus.FAILED
    return CallStatus.CANCELED if reason == Reason.CANCELED else None


def close_left_over(call_id: UUID) -> None:
    """Close the room of an ended call if someone is still in it."""
    call = Call.objects.select_related("project").filter(pk=call_id, status__in=ENDED).exclude(room_name="").first()
    if call is not None:
        with suppress(LiveKitNotFound):
            client_for(call.project).run(close_room(call.room_name))
