"""Rate limits: grant dials by calls per second and concurrent calls, using locked rows of trunk and workspace.

A LiveKit project that accepts no calls has such a row too; its calls stay queued meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls.choices import LIVE, Reason
from calls.models import Call, DialSlot
from calls.routing.policies import Refusal
from calls.services.gathering import gathered, settle
from telephony.carriers.presets import preset_rate
from telephony.models import TelephonySettings, Trunk
from voxa.core.statements import Fixed, FixedUpdate

MARGIN = Decimal("1.05")  # dials are spaced this much wider than the limit requires: 50 ms per second
LATENESS = timedelta(milliseconds=40)  # how late after its slot a dial may be sent, within that margin
HORIZON = timedelta(seconds=1)  # how far ahead dials are planned
WIDE_FOR = timedelta(seconds=1) + timedelta(milliseconds=50) - LATENESS  # after a long window, see `_spacing`
SHORT_WAIT = timedelta(milliseconds=250)  # how far ahead a send window is granted
NOT_AHEAD = timedelta(0)
LONGEST_AHEAD = timedelta(milliseconds=200)  # a window begins no later for the time until the dial can be sent
PAUSE = timedelta(seconds=30)  # pause of a LiveKit project that accepts no calls, unless it is checked earlier
FULL_FOR = timedelta(seconds=1)  # how long the calls of a full trunk are skipped
MOST_LATE_TRIES = 3  # a send window grows no further: 2.6 s, well within a lease, so that no dial outlives its claim
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SHARED_TRUNK = UUID(int=1)  # the shared trunk has no row


@dataclass(frozen=True)
class Limit:
    """Limits of one trunk or workspace; None means no limit. `count` selects the calls that count."""

    id: UUID
    name: str
    per_second: Decimal | None
    at_once: int | None
    field: str

    @property
    def interval(self) -> timedelta:
        return timedelta(0) if self.per_second is None else timedelta(seconds=float(MARGIN / self.per_second))


def limits_of(trunk: Trunk | None, config: TelephonySettings) -> list[Limit]:
    rate, at_once = config.calls_per_second, config.max_concurrent_calls
    return [workspace_limit(config.workspace_id, rate, at_once), trunk_limit(trunk)]


def workspace_limit(workspace_id: UUID, rate: Decimal | None = None, at_once: int | None = None) -> Limit:
    return Limit(workspace_id, "workspace", rate, at_once, "workspace")


def trunk_limit(trunk: Trunk | None) -> Limit:
    """Return a trunk's limits; the shared trunk allows one call per second."""
    if trunk is None:
        return Limit(SHARED_TRUNK, "trunk", Decimal(1), None, "trunk")
    rate = trunk.calls_per_second or preset_rate(trunk.carrier)
    return Limit(trunk.pk, "trunk", rate, trunk.max_concurrent_calls, "trunk")


@dataclass(frozen=True)
class SendWindow:
    """Send window of a dial: from `at`, no later than `not_after`."""

    at: datetime
    not_after: datetime


def plan(call: Call, limits: Iterable[Limit], ahead: timedelta = HORIZON) -> datetime | Refusal:
    """Return the planned time of a call's dial, or the refusal if there is none within `ahead`.

    Runs in the caller's transaction, which keeps the locks until the call is written as live, so that the next caller
    counts it.
    """
    slots = _lock(limits)
    now = timezone.now()
    for limit in slots:
        if limit.at_once is not None and _live(call, limit) >= limit.at_once:
            until = now + FULL_FOR
            _write(slots[limit], full_until=until)
            return Refusal(
                Reason.CONCURRENCY,
                f"The {limit.name} already has its maximum of {limit.at_once} concurrent calls.",
                until,
            )
    paced = {limit: slot for limit, slot in slots.items() if limit.per_second is not None}
    at = max([now, *(slot.next_at for slot in paced.values())])
    if at > now + ahead:
        return Refusal(Reason.RATE, "The limit of calls per second is reached. Other calls are dialed first.", at)
    for limit, slot in paced.items():
        _write(slot, next_at=at + limit.interval)
    return at


def take_turn(limits: Iterable[Limit], tries: int, ahead: timedelta = NOT_AHEAD) -> SendWindow | datetime:
    """Return the send window of a dial, or the time to retry. Taken last before sending, in the caller's transaction.

    It begins no earlier than `ahead`, the time until the dial can be sent.
    Each further try gets a longer window: a busy machine slows down but never exceeds the limit (`_spacing`).
    """
    slots = _lock([limit for limit in limits if limit.per_second is not None])
    now, ahead = timezone.now(), min(ahead, LONGEST_AHEAD)
    at = max([now + ahead, *(slot.free_at for slot in slots.values())])
    if at > now + ahead + SHORT_WAIT:
        return at
    lateness = LATENESS * 4 ** min(tries, MOST_LATE_TRIES)
    for limit, slot in slots.items():
        _write(slot, **_spacing(limit, slot, at, lateness))
    return SendWindow(at, at + lateness)


def _spacing(limit: Limit, slot: DialSlot, at: datetime, lateness: timedelta) -> dict[str, Any]:
    """Return when the next dial may follow one in a window from `at`, and how long the spacing stays as wide.

    A dial may be sent as late as its window ends. Until a second after the end of one longer than `LATENESS`, dials are
    spaced so that as many as a second allows take that much longer; `MARGIN` covers `LATENESS` itself.
    """
    widest = max(lateness, slot.lateness) if at < slot.wide_until else lateness
    extra = (widest - LATENESS) / max(1.0, float(limit.per_second or 1))
    spacing: dict[str, Any] = {"free_at": at + limit.interval + extra}
    if lateness > LATENESS:
        spacing |= {"lateness": widest, "wide_until": max(slot.wide_until, at + lateness + WIDE_FOR)}
    return spacing


def one_by_one(limits: Iterable[Limit]) -> None:
    """Serialize the dials of a trunk and workspace until the caller's transaction ends."""
    _lock(limits)


def pause(project_id: UUID, now: datetime) -> None:
    """Pause a LiveKit project that accepts no calls until it is checked again (`revival`)."""
    DialSlot.objects.bulk_create([_new_slot(project_id)], ignore_conflicts=True)
    DialSlot.objects.filter(pk=project_id, full_until__lt=now + PAUSE).update(full_until=now + PAUSE)


def paused_until(project_id: UUID, now: datetime) -> datetime | None:
    """Return until when a LiveKit project is paused, None if it is not."""
    until = _full_until.only(project_id)
    return until if until is not None and until > now else None


_full_until: Fixed[Any] = Fixed(
    lambda pk: DialSlot.objects.filter(pk=pk).values_list("full_until", flat=True), UUID, shared=True
)


@transaction.atomic
def slow_down(limit: Limit, until: datetime) -> None:
    """Pause a trunk until then because its carrier accepts no more calls."""
    slot = _lock([limit])[limit]
    _write(slot, next_at=max(slot.next_at, until))


def _lock(limits: Iterable[Limit]) -> dict[Limit, DialSlot]:
    """Lock the rows of some limits in a fixed order, creating missing ones."""
    wanted = sorted(limits, key=lambda limit: limit.id)
    work = gathered()
    found = work.slots if work else {}
    if any(limit.id not in found for limit in wanted):
        ids = [limit.id for limit in wanted]
        found |= _locked(ids)
        missing = [pk for pk in ids if pk not in found]
        if missing:
            DialSlot.objects.bulk_create(map(_new_slot, missing), ignore_conflicts=True)
            found |= _locked(ids)
    return {limit: found[limit.id] for limit in wanted}


def _new_slot(pk: UUID) -> DialSlot:
    times = dict.fromkeys(("next_at", "free_at", "full_until", "wide_until"), LONG_AGO)
    return DialSlot(id=pk, **times)


def _locked(ids: list[UUID]) -> dict[UUID, DialSlot]:
    return {slot.pk: slot for slot in _slots(len(ids))(*ids)}


@cache
def _slots(count: int) -> Fixed[DialSlot]:
    return Fixed(lambda *ids: DialSlot.objects.select_for_update().filter(pk__in=ids).order_by("pk"), *[UUID] * count)


def _write(slot: DialSlot, **fields: Any) -> None:
    """Write a locked row, at the end of a transaction that gathers."""
    for name, value in fields.items():
        setattr(slot, name, value)
    work = gathered()
    if work is None:
        _save(slot)
    else:
        work.last["slot", slot.pk] = partial(_save, slot)


def _save(slot: DialSlot) -> None:
    _set.run(slot.pk, *(getattr(slot, name) for name in _WRITTEN))


_WRITTEN = ("next_at", "free_at", "full_until", "wide_until", "lateness")
_set: FixedUpdate[DialSlot] = FixedUpdate(
    lambda pk, *values: (DialSlot.objects.filter(pk=pk), dict(zip(_WRITTEN, values, strict=True))),
    UUID,
    *[object] * len(_WRITTEN),
)


def _live(call: Call, limit: Limit) -> int:
    settle()  # those of this group count
    return Call.objects.filter(**{limit.field: limit.id}, status__in=LIVE).exclude(pk=call.pk).count()
