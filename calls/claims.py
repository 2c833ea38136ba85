"""Which calls a dispatcher has: claimed when due, kept by renewing the lease, taken over when another's ran out."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from calls.choices import CallStatus
from calls.models import Call, DialSlot
from calls.pacing import HORIZON
from calls.services.attempts import LEASE

DIALLING = (CallStatus.DIALING, CallStatus.RINGING)


@transaction.atomic
def claim_due(token: UUID, now: datetime, most: int) -> list[tuple[UUID, int]]:
    """Claim due calls, oldest first; give ids and fences. A claimed call is due again only when its lease runs out.

    Calls of a trunk or workspace whose next dial is not granted yet are left alone.
    """
    busy = DialSlot.objects.filter(Q(next_at__gt=now + HORIZON) | Q(full_until__gt=now))
    due = Call.objects.filter(
        ~Exists(busy.filter(pk=OuterRef("trunk_id"))),
        ~Exists(busy.filter(pk=OuterRef("workspace_id"))),
        status=CallStatus.QUEUED,
        due_at__lte=now,
    ).order_by("due_at")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    found = list(due.values_list("id", "fence")[:most])
    if found:
        Call.objects.filter(pk__in=[pk for pk, _ in found]).update(
            fence=F("fence") + 1, lease_token=token, leased_until=now + LEASE, due_at=now + LEASE
        )
    return [(pk, fence + 1) for pk, fence in found]


def renew(token: UUID, call_ids: Iterable[UUID], now: datetime) -> None:
    """Keep the calls that this dispatcher is busy with."""
    mine = Call.objects.filter(pk__in=list(call_ids), lease_token=token)
    mine.filter(status__in=DIALLING).update(leased_until=now + LEASE)
    mine.filter(status=CallStatus.QUEUED).update(leased_until=now + LEASE, due_at=now + LEASE)


def release(token: UUID, now: datetime) -> None:
    """Give back what was claimed and not begun, so that another dispatcher finds it at once."""
    Call.objects.filter(lease_token=token, status=CallStatus.QUEUED).update(
        lease_token=None, leased_until=None, due_at=now
    )


@transaction.atomic
def take_over(token: UUID, now: datetime, most: int) -> list[tuple[UUID, int]]:
    """Take calls being dialled whose dispatcher went away; give ids and fences."""
    left = Call.objects.filter(status__in=DIALLING, leased_until__lt=now, direction="outbound").order_by("leased_until")
    if connection.features.has_select_for_update_skip_locked:
        left = left.select_for_update(skip_locked=True)
    found = list(left.values_list("id", "fence")[:most])
    if found:
        Call.objects.filter(pk__in=[pk for pk, _ in found]).update(
            fence=F("fence") + 1, lease_token=token, leased_until=now + LEASE
        )
    return [(pk, fence + 1) for pk, fence in found]
