"""Granting dials: calls per second and at once, held for trunk and workspace by rows that are locked while granting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from calls.choices import LIVE, Reason
from calls.models import Call, DialSlot
from calls.policies import Refusal
from telephony.carriers import preset_rate
from telephony.models import TelephonySettings, Trunk

MARGIN = Decimal("1.05")  # slots stand this much further apart than the limit asks
LATENESS = timedelta(milliseconds=40)  # a dial later than this gives its slot up: MARGIN covers 50 ms a second
LEAD = timedelta(milliseconds=60)  # from the grant to the dial: time to make the room
HORIZON = timedelta(seconds=1)  # how far ahead slots are granted
FULL_FOR = timedelta(seconds=1)  # for how long the calls of a full trunk are not looked at
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SHARED_TRUNK = UUID(int=1)  # the operator's shared trunk has no row


@dataclass(frozen=True)
class Limit:
    """What one trunk or workspace carries; None is no limit. `count` finds the calls that count."""

    id: UUID
    name: str
    per_second: Decimal | None
    at_once: int | None
    field: str

    @property
    def interval(self) -> timedelta:
        """Give the time between two dials."""
        return timedelta(0) if self.per_second is None else timedelta(seconds=float(MARGIN / self.per_second))


def limits_of(trunk: Trunk | None, config: TelephonySettings) -> list[Limit]:
    """Give the limits that a call through a trunk (None: the shared one) meets."""
    workspace = Limit(
        config.workspace_id, "workspace", config.calls_per_second, config.max_concurrent_calls, "workspace"
    )
    if trunk is None:
        return [workspace, Limit(SHARED_TRUNK, "trunk", Decimal(1), None, "trunk")]
    rate = trunk.calls_per_second or preset_rate(trunk.carrier)
    return [workspace, Limit(trunk.pk, "trunk", rate, trunk.max_concurrent_calls, "trunk")]


def grant(call: Call, limits: Iterable[Limit], now: datetime) -> datetime | Refusal:
    """Give the moment at which a call may be dialled, or why not now. The caller's transaction holds the locks.

    Write that the call is live in the same transaction: the next to ask counts it.
    """
    limits = sorted(limits, key=lambda limit: limit.id)
    slots = {limit.id: _locked(limit.id) for limit in limits}
    for limit in limits:
        if limit.at_once is not None and _live(call, limit) >= limit.at_once:
            DialSlot.objects.filter(pk=limit.id).update(full_until=now + FULL_FOR)
            return Refusal(
                Reason.CONCURRENCY, f"The {limit.name} carries its {limit.at_once} calls already.", now + FULL_FOR
            )
    paced = [limit for limit in limits if limit.per_second is not None]
    at = max([now + LEAD, *(slots[limit.id].next_at for limit in paced)])
    if at > now + HORIZON:
        return Refusal(Reason.RATE, "Others are dialled first: the limit of calls per second is reached.", at)
    for limit in paced:
        DialSlot.objects.filter(pk=limit.id).update(next_at=at + limit.interval)
    return at


def slow_down(limit_id: UUID, until: datetime) -> None:
    """Have nothing dialled through a trunk until then: its carrier said that it takes no more."""
    with transaction.atomic():
        slot = _locked(limit_id)
        DialSlot.objects.filter(pk=limit_id).update(next_at=max(slot.next_at, until))


def _locked(slot_id: UUID) -> DialSlot:
    slot = DialSlot.objects.select_for_update().filter(pk=slot_id).first()
    if slot is None:
        DialSlot.objects.bulk_create(
            [DialSlot(id=slot_id, next_at=LONG_AGO, full_until=LONG_AGO)], ignore_conflicts=True
        )
        slot = DialSlot.objects.select_for_update().get(pk=slot_id)
    return slot


def _live(call: Call, limit: Limit) -> int:
    return Call.objects.filter(**{limit.field: limit.id}, status__in=LIVE).exclude(pk=call.pk).count()
