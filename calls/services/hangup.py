"""Ending a call under way: the wish is recorded, its room is closed, the end is written when LiveKit let go of it."""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict
from calls.choices import LIVE, Reason
from calls.models import Call
from calls.services.timeline import note
from voxa.publish import publish


def ask_for_end(call: Call, reason: Reason) -> Call:
    """Have a live call ended. Raises Conflict if it is not under way. Asking twice keeps the first reason."""
    now = timezone.now()
    with transaction.atomic():
        live = Call.objects.filter(pk=call.pk, status__in=LIVE)
        if live.filter(end_requested="").update(end_requested=reason, updated_at=now):
            note(call, "call.end_requested", now, reason=reason)
        elif not live.exists():
            raise Conflict("not_live", "The call is not under way.")
        transaction.on_commit(partial(send_close, call.pk))
    call.refresh_from_db()
    return call


def send_close(call_id: UUID) -> None:
    """Have a worker close the room of a call that is to end."""
    from calls.tasks import close_call

    publish(close_call, str(call_id))
