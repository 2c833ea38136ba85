"""Talk time: calls are ended when their longest duration is over, counted from the answer.

Every dispatcher looks, whoever dialled; without one a worker is sent each call that is due soon (`reap`).
LiveKit has a limit of its own, which leaves room for ringing and is for when nothing of Voxa runs.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from calls.choices import Reason
from calls.livekit.closing import close_call
from calls.livekit.room_monitor import in_rooms
from calls.services.hangup import ask_for_end
from voxa.core.errors import Conflict

MOST = 200  # calls ended at once
EARLY = timedelta(milliseconds=100)  # that a task may come before its call is due


def past_limit(now: datetime) -> list[UUID]:
    """Return the calls whose longest duration is over and whose end nobody asked for."""
    return list(in_rooms().filter(leased_until__lte=now, end_requested="").values_list("pk", flat=True)[:MOST])


def due_within(ahead: timedelta, now: datetime) -> list[tuple[UUID, datetime]]:
    """Return the calls whose limit comes soon, with its moment."""
    soon = in_rooms().filter(leased_until__gt=now, leased_until__lte=now + ahead, end_requested="")
    return [(pk, at) for pk, at in soon.values_list("pk", "leased_until") if at is not None]


def end_at_limit(call_id: UUID) -> None:
    """End a call that is past its limit; nothing where it is not, or over. Raises LiveKitError as `close_call` does."""
    call = in_rooms().filter(pk=call_id, leased_until__lte=timezone.now() + EARLY, end_requested="").first()
    if call is None:
        return
    with suppress(Conflict):  # it ended meanwhile
        ask_for_end(call, Reason.MAX_DURATION, then=close_call)
