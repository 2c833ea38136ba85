"""Listen in on a live call, unseen and unheard."""

import uuid
from datetime import timedelta

from django.utils import timezone

from calls.agent_tests.sessions import public_url
from calls.choices import EventType
from calls.models import Call
from calls.services.agent_control import check_in_progress
from calls.services.timeline import note
from telephony.livekit.room_tokens import listen_token

JOINS_WITHIN = timedelta(minutes=2)  # the token's lifetime; LiveKit renews it while the listener is connected


def listen_in(call: Call, by: str) -> dict[str, str]:
    """Return room, URL and token of a listener, and record in the timeline who asked for them.

    The listener is no phone and no agent, so the call neither waits for nor ends with it. Raise `Conflict` if the call
    is not in progress, `Unavailable` without LiveKit settings.
    """
    check_in_progress(call)
    note(call, EventType.CALL_LISTENED, timezone.now(), by=by)
    token = listen_token(call.project, call.room_name, f"listener-{uuid.uuid4()}", lifetime=JOINS_WITHIN)
    return {"room": call.room_name, "url": public_url(call.project), "token": token}
