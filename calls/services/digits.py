"""Pressing keys in a live call. No request of LiveKit's sends DTMF, so the worker in the room is asked to.

What was pressed is written nowhere: it may be a PIN or a card's number. The timeline tells how many keys it was.
"""

import json
import re
import uuid
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.models import Call
from calls.services.timeline import note
from telephony.livekit import LiveKitError, LiveKitNotConfigured, client_for
from telephony.livekit.rooms import participants, send_data
from voxa.core.errors import Conflict, Unavailable

TOPIC = "voxa.digits"
_DIGITS = re.compile(r"[0-9*#A-DW]{1,64}", re.ASCII)


def send_digits(call: Call, digits: str) -> None:
    """Ask the worker in a call to press keys: 0-9, *, #, A-D, and w for half a second's pause.

    That they were pressed is told in the timeline by `digits.sent`. Raises ValidationError naming `digits`, Conflict
    where the call is not in progress or no worker is in its room, Unavailable where LiveKit was not reached.
    """
    keys = digits.upper()
    if not _DIGITS.fullmatch(keys):
        raise ValidationError({"digits": "Use 0-9, *, #, A-D, and w for a pause; at most 64."})
    if call.status != CallStatus.IN_PROGRESS or call.end_requested:
        raise Conflict("not_in_progress", "Keys are pressed in a call in progress alone.")
    if not call.project.is_configured:
        raise Unavailable(Reason.NOT_CONFIGURED, str(LiveKitNotConfigured()))
    client, request_id = client_for(call.project), uuid.uuid4()
    try:
        workers = [who.identity for who in client.run(participants(call.room_name)) if who.is_agent]
        if not workers:
            raise Conflict("no_worker", "No agent worker is in the call's room, and only a worker presses keys.")
        count = sum(key != "W" for key in keys)
        note(call, "digits.requested", timezone.now(), None, id=str(request_id), count=count)
        message = json.dumps({"id": str(request_id), "digits": keys}).encode()
        client.run(send_data(call.room_name, message, topic=TOPIC, identities=workers[:1]))
    except LiveKitError as error:
        raise Unavailable(Reason.LIVEKIT_UNAVAILABLE, f"The worker could not be asked: {error}") from None


@transaction.atomic
def note_pressed(call: Call, request_id: UUID, count: int) -> None:
    """Write, once, that a worker pressed keys."""
    Call.objects.select_for_update().get(pk=call.pk)
    if not call.events.filter(type="digits.sent", data__id=str(request_id)).exists():
        note(call, "digits.sent", timezone.now(), None, id=str(request_id), count=count)
