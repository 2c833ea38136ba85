"""Closing the rooms of calls that are to end, and writing that they ended."""

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
    """Hang up a live call that somebody asked to end, then write the end. Does nothing to any other.

    LiveKit has the client's deadline for it, or so many `seconds`. Raises LiveKitError when the room could not be
    closed: the call stays live, and the reaper asks again.
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
    """An outbound call that is ended while it is dialled was called off, by whatever button."""
    if call.direction == Direction.OUTBOUND and call.answered_at is None and reason not in FAULTS:
        return CallStatus.CANCELED
    return status_for(reason)


def status_for(reason: Reason) -> CallStatus | None:
    """Return the status a reason ends a call with, None where it depends on whether it was answered."""
    if reason in FAULTS:
        return CallStatus.FAILED
    return CallStatus.CANCELED if reason == Reason.CANCELED else None


def close_left_over(call_id: UUID) -> None:
    """Close the room of a call that is over, where others are still in it."""
    call = Call.objects.select_related("project").filter(pk=call_id, status__in=ENDED).exclude(room_name="").first()
    if call is not None:
        with suppress(LiveKitNotFound):
            client_for(call.project).run(close_room(call.room_name))
