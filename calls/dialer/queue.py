"""Claims of a dispatcher: claim due calls, renew leases, take over calls with an expired lease."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from calls.choices import ENDED, CallStatus, Direction
from calls.dialer.attempts import LEASE
from calls.dialer.rate_limits import HORIZON
from calls.dialer.wake import wake_dispatchers
from calls.models import Call, DialSlot
from voxa.core.statements import Fixed, FixedUpdate, among

DIALING = (CallStatus.DIALING, CallStatus.RINGING)


# One statement finds and claims. With IN the planner may run the subquery more than once and lock too many rows.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id, due_at FROM calls_call WHERE status = 'queued' AND due_at <= %(now)s AND NOT EXISTS (
        SELECT 1 FROM calls_dialslot
        WHERE calls_dialslot.id IN (calls_call.trunk_id, calls_call.workspace_id, calls_call.project_id)
        AND (next_at > %(horizon)s OR full_until > %(now)s)
    ) ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE calls_call SET fence = fence + 1, lease_token = %(token)s, leased_until = %(until)s, due_at = %(until)s
    FROM due WHERE calls_call.id = due.id RETURNING calls_call.id, fence, due.due_at AS since
)
SELECT id, fence FROM claimed ORDER BY since
"""


def claim_due(token: UUID, now: datetime, most: int) -> list[tuple[UUID, int]]:
    """Claim due calls, oldest first; return IDs and fencing tokens. A claimed call is due again when its lease expires.

    Skips calls of a trunk or workspace whose next dial is not granted yet, and of a LiveKit project that accepts none.
    """
    if connection.vendor != "postgresql":
        return _claim_due(token, now, most)
    values: dict[str, UUID | datetime | int] = {
        "token": token,
        "now": now,
        "horizon": now + HORIZON,
        "until": now + LEASE,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return list(cursor.fetchall())


def is_due(by: datetime) -> bool:
    """Return whether a queued call is due by then, even one that a limit holds up."""
    return Call.objects.filter(status=CallStatus.QUEUED, due_at__lte=by).exists()


def claimable(now: datetime) -> Q:
    """Return the filter for calls that a dispatcher would claim now: due, rate limits open, LiveKit accepting calls."""
    busy = DialSlot.objects.filter(Q(next_at__gt=now + HORIZON) | Q(full_until__gt=now))
    held = ("trunk_id", "workspace_id", "project_id")
    free = reduce(and_, (~Exists(busy.filter(pk=OuterRef(name))) for name in held))
    return Q(free, status=CallStatus.QUEUED, due_at__lte=now)


@transaction.atomic
def _claim_due(token: UUID, now: datetime, most: int) -> list[tuple[UUID, int]]:
    """Do the same on databases without row locks, where the transaction is the lock."""
    due = Call.objects.filter(claimable(now)).order_by("due_at")
    found = list(due.values_list("id", "fence")[:most])
    if found:
        Call.objects.filter(pk__in=[pk for pk, _ in found]).update(
            fence=F("fence") + 1, lease_token=token, leased_until=now + LEASE, due_at=now + LEASE
        )
    return [(pk, fence + 1) for pk, fence in found]


def renew(token: UUID, call_ids: Iterable[UUID], now: datetime) -> None:
    """Extend the leases of claimed calls. The statements do not grow with their number."""
    mine, until = list(call_ids), now + LEASE
    _renew_dialing.run(mine, token, until)
    _renew_queued.run(mine, token, until)


_renew_dialing: FixedUpdate[Call] = FixedUpdate(
    lambda calls, token, until: (
        Call.objects.filter(among("pk", calls), lease_token=token, status__in=DIALING),
        {"leased_until": until},
    ),
    list,
    UUID,
    datetime,
)
_renew_queued: FixedUpdate[Call] = FixedUpdate(
    lambda calls, token, until: (
        Call.objects.filter(among("pk", calls), lease_token=token, status=CallStatus.QUEUED),
        {"leased_until": until, "due_at": until},
    ),
    list,
    UUID,
    datetime,
)


def release(token: UUID, now: datetime) -> None:
    """Release claimed calls that were not started, so that another dispatcher can claim them immediately.

    The fencing token stops any task here that is about to start one of them.
    """
    released = Call.objects.filter(lease_token=token, status=CallStatus.QUEUED).update(
        fence=F("fence") + 1, lease_token=None, leased_until=None, due_at=now
    )
    if released:
        wake_dispatchers()


def called_off(call_ids: Iterable[UUID]) -> list[Call]:
    """Return the calls being dialed here that have ended or are requested to end."""
    over = Q(status__in=ENDED) | ~Q(end_requested="")
    return list(Call.objects.select_related("project").filter(over, pk__in=list(call_ids)).exclude(room_name=""))


def next_left() -> datetime | None:
    """Return when the next lease of a call being dialed expires; its dispatcher renews it before, if it runs."""
    return _next_left.only()


def _being_dialed() -> QuerySet[Call]:
    return Call.objects.filter(status__in=DIALING, direction=Direction.OUTBOUND, leased_until__isnull=False)


_next_left: Fixed[Any] = Fixed(
    lambda: _being_dialed().order_by("leased_until").values_list("leased_until", flat=True)[:1]
)


@transaction.atomic
def take_over(token: UUID, now: datetime, most: int) -> list[tuple[UUID, int]]:
    """Claim calls whose dispatcher stopped while dialing; return IDs and fencing tokens."""
    left = _being_dialed().filter(leased_until__lt=now).order_by("leased_until")
    if connection.features.has_select_for_update_skip_locked:
        left = left.select_for_update(skip_locked=True)
    found = list(left.values_list("id", "fence")[:most])
    if found:
        Call.objects.filter(pk__in=[pk for pk, _ in found]).update(
            fence=F("fence") + 1, lease_token=token, leased_until=now + LEASE
        )
    return [(pk, fence + 1) for pk, fence in found]
