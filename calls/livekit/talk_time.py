"""Talk time: end calls at their maximum duration, counted from the answer.

Every dispatcher watches all calls; without a dispatcher, `reap` queues a task for each call that is due soon.
LiveKit's own limit includes ringing and only applies when no part of Voxa runs.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from calls.choices import Reason
from calls.livekit.closing import close_call
from calls.livekit.room_monitor import in_rooms
from calls.services.hangup import ask_for_end
from voxa.core.errors import Conflict
from voxa.core.statements import Fixed

MOST = 200  # calls ended concurrently
EARLY = timedelta(milliseconds=100)  # that a task may run before its call is due


def next_limit() -> datetime | None:
    """Return when the next call reaches its maximum duration, of those whose end was not requested."""
    return _next_limit.only()


_next_limit: Fixed[Any] = Fixed(
    lambda: (
        in_rooms()
        .filter(leased_until__isnull=False, end_requested="")
        .order_by("leased_until")
        .values_list("leased_until", flat=True)[:1]
    )
)


def past_limit(now: datetime) -> list[UUID]:
    """Return the calls past their maximum duration whose end was not requested."""
    return list(in_rooms().filter(leased_until__lte=now, end_requested="").values_list("pk", flat=True)[:MOST])


def due_within(ahead: timedelta, now: datetime) -> list[tuple[UUID, datetime]]:
    """Return the calls that reach their limit soon, with its time."""
    soon = in_rooms().filter(leased_until__gt=now, leased_until__lte=now + ahead, end_requested="")
    return [(pk, at) for pk, at in soon.values_list("pk", "leased_until") if at is not None]


def end_at_limit(call_id: UUID) -> None:
    """End a call that is past its limit; do nothing for others. Raise `LiveKitError` as `close_call` does."""
    call = in_rooms().filter(pk=call_id, leased_until__lte=timezone.now() + EARLY, end_requested="").first()
    if call is None:
        return
    with suppress(Conflict):  # it ended meanwhile
        ask_for_end(call, Reason.MAX_DURATION, then=close_call)
