"""Send DTMF in a live call. LiveKit's API cannot send DTMF, so the worker in the room does.

The digits are stored nowhere: they may be a PIN or a card number. The timeline only has their count.
"""

import json
import re
import uuid
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from calls.choices import CallStatus, EventType, Reason
from calls.models import Call
from calls.services.timeline import note_once
from telephony.livekit import LiveKitError, LiveKitNotConfigured, client_for
from telephony.livekit.rooms import participants, send_data
from voxa.core.errors import Conflict, Unavailable

TOPIC = "voxa.digits"
_DIGITS = re.compile(r"[0-9*#A-DW]{1,64}", re.ASCII)


def send_digits(call: Call, digits: str) -> None:
    """Request that the worker in a call sends DTMF: 0-9, *, #, A-D, and w for a pause of half a second.

    The timeline event `digits.sent` confirms it. Raise `ValidationError` for `digits`, `Conflict` if the call is not in
    progress or no worker is in its room, `Unavailable` if LiveKit is unreachable.
    """
    keys = digits.upper()
    if not _DIGITS.fullmatch(keys):
        raise ValidationError({"digits": "Use 0-9, *, #, A-D, and w for a pause; at most 64."})
    if call.status != CallStatus.IN_PROGRESS or call.end_requested:
        raise Conflict("not_in_progress", "DTMF can only be sent in a call in progress.")
    if not call.project.is_configured:
        raise Unavailable(Reason.NOT_CONFIGURED, str(LiveKitNotConfigured()))
    client, request_id = client_for(call.project), uuid.uuid4()
    try:
        workers = [who.identity for who in client.run(participants(call.room_name)) if who.is_agent]
        if not workers:
            raise Conflict("no_worker", "No agent worker is in the call's room, so no DTMF can be sent.")
        count = sum(key != "W" for key in keys)
        note_once(call, EventType.DIGITS_REQUESTED, timezone.now(), request_id, count=count)
        message = json.dumps({"id": str(request_id), "digits": keys}).encode()
        client.run(send_data(call.room_name, message, topic=TOPIC, identities=workers[:1]))
    except LiveKitError as error:
        raise Unavailable(Reason.LIVEKIT_UNAVAILABLE, f"The agent worker could not be reached: {error}") from None


def note_pressed(call: Call, request_id: UUID, count: int) -> None:
    """Record, once, that a worker sent DTMF."""
    note_once(call, EventType.DIGITS_SENT, timezone.now(), request_id, count=count)
