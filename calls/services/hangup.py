"""End a live call: record the request, close the room, record the end when LiveKit has closed it."""

import logging
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls.choices import LIVE, EventType, Reason
from calls.livekit.closing import close_call
from calls.models import Call
from calls.services.timeline import note
from telephony.livekit import LiveKitError
from voxa.core.errors import Conflict
from voxa.core.tasks import publish

logger = logging.getLogger(__name__)

IN_REQUEST = 2.0  # seconds that a request waits for LiveKit to close the room before a background task takes over


def hang_up(call: Call, reason: Reason) -> Call:
    """Hang up a live call immediately, without a queue. Raise `Conflict` if it is not live.

    If LiveKit does not close the room within 2 s, a task of the urgent queue continues.
    """
    return ask_for_end(call, reason, then=close_now)


def ask_for_end(call: Call, reason: Reason, then: Callable[[UUID], None] | None = None) -> Call:
    """Record the request to end a live call; on commit, run `then`, by default a task that ends it.

    Raise `Conflict` if it is not live. A second request keeps the first reason.
    """
    now = timezone.now()
    with transaction.atomic():
        live = Call.objects.filter(pk=call.pk, status__in=LIVE)
        if live.filter(end_requested="").update(end_requested=reason, updated_at=now):
            note(call, EventType.CALL_END_REQUESTED, now, reason=reason)
        elif not live.exists():
            raise Conflict("not_live", "The call is not in progress.")
        transaction.on_commit(partial(then or send_close, call.pk))
    call.refresh_from_db()
    return call


def close_now(call_id: UUID) -> None:
    """Close the room of a call that must end, within 2 s, or leave it to a task. Never call in a transaction."""
    call = Call.objects.select_related("project").filter(pk=call_id).first()
    if call is not None and (call.project.was_reachable or not call.room_name):
        try:
            return close_call(call_id, seconds=IN_REQUEST)
        except LiveKitError as error:
            logger.info("LiveKit did not hang up call %s in time; a task retries: %s", call_id, error)
    return send_close(call_id)


def send_close(call_id: UUID) -> None:
    publish("calls.tasks.close_call", str(call_id))
