"""External IDs of a call: the carrier's SIP Call-ID, and LiveKit's."""

from calls.livekit.room_state import CallIds
from calls.models import Attempt, Call


def note_ids(call: Call, room: str, ids: CallIds) -> None:
    """Record the known IDs on a room's call and its attempt. IDs that LiveKit no longer reports are kept."""
    told = {"sip_call_id": ids.sip[:255], "livekit_call_id": ids.livekit[:64]}
    known = {name: value for name, value in told.items() if value}
    if not known:
        return
    Attempt.objects.filter(call=call, room_name=room).exclude(**known).update(**known)
    fresh = {name: value for name, value in known.items() if getattr(call, name) != value}
    if fresh:
        Call.objects.filter(pk=call.pk).update(**fresh)
        for name, value in fresh.items():
            setattr(call, name, value)
