"""The ids that others know a call by: the carrier's SIP Call-ID, and LiveKit's."""

from calls.livekit.room_state import CallIds
from calls.models import Attempt, Call


def note_ids(call: Call, room: str, ids: CallIds) -> None:
    """Write what is known of the call of a room, and of its attempt. What LiveKit tells no more stays as it was."""
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
