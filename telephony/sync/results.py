"""Write the result of a sync if the rows are unchanged, in the caller's transaction."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from telephony.choices import TrunkStatus
from telephony.sync.lease import Lease
from telephony.sync.telling import tell, turning

SOON = 5.0  # seconds until the second try
PENDING_AT_MOST = 45.0  # so that each sweep finds it due: LiveKit comes back, and a minute later the row is active
FAILED_FIRST, FAILED_AT_MOST = 600.0, 3600.0  # what a person repaired in LiveKit itself is noticed within the hour


class Outcome(StrEnum):
    """How a sync ended. `busy`: another process holds the row; `gone`: the row was deleted."""

    ACTIVE = "active"
    PENDING = "pending"
    FAILED = "failed"
    BUSY = "busy"
    GONE = "gone"


@dataclass
class Written:
    """For which rows the success was written, which changed and are still claimed, which are no longer ours."""

    written: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    lost: set[UUID] = field(default_factory=set)


def write_success(lease: Lease, done: Iterable[tuple[UUID, int, tuple[str, ...]]]) -> Written:
    """Write `active` for these (row, planned generation, warnings), with few queries for many."""
    groups: dict[tuple[int, str], set[UUID]] = defaultdict(set)
    for row_id, generation, warnings in done:
        groups[generation, json.dumps(warnings)].add(row_id)
    now, result = timezone.now(), Written()
    for (generation, warnings_text), ids in groups.items():
        turned = turning(lease, ids, generation, TrunkStatus.ACTIVE)
        count = (
            lease.mine(ids)
            .filter(generation=generation)
            .update(
                status=TrunkStatus.ACTIVE,
                synced_generation=generation,
                synced_at=now,
                warnings=json.loads(warnings_text),
                last_error="",
                sync_failures=0,
                next_sync_at=None,
                lease_token=None,
                leased_until=None,
            )
        )
        tell(turned, TrunkStatus.ACTIVE)
        changed = set() if count == len(ids) else set(lease.mine(ids).values_list("pk", flat=True))
        lost = set() if count == len(ids) else ids - changed - _synced(lease, ids, generation)
        result.written |= ids - changed - lost
        result.changed |= changed
        result.lost |= lost
    return result


def write_pending(
    lease: Lease, row_id: UUID, failures: int, words: str, warnings: tuple[str, ...] | None = None
) -> None:
    """Record that the sync is retried automatically, and when; and the warnings, if it was planned."""
    later = _later(SOON, failures, PENDING_AT_MOST)
    _write(lease, row_id, TrunkStatus.PENDING, words, later, warnings=warnings)


def write_failed(
    lease: Lease, row_id: UUID, generation: int, failures: int, words: str, warnings: tuple[str, ...]
) -> bool:
    """Record that manual action is required, unless the row changed meanwhile; return whether it was written."""
    later = _later(FAILED_FIRST, failures, FAILED_AT_MOST)
    turned = turning(lease, {row_id}, generation, TrunkStatus.FAILED)
    done = _write(lease, row_id, TrunkStatus.FAILED, words, later, generation=generation, warnings=warnings)
    tell(turned, TrunkStatus.FAILED, words)
    return done


def _write(
    lease: Lease,
    row_id: UUID,
    status: TrunkStatus,
    words: str,
    later: timedelta,
    *,
    generation: int | None = None,
    warnings: tuple[str, ...] | None = None,
) -> bool:
    mine = lease.mine([row_id])
    if generation is not None:
        mine = mine.filter(generation=generation)
    values: dict[str, list[str]] = {} if warnings is None else {"warnings": list(warnings)}
    return bool(
        mine.update(
            status=status,
            last_error=words,
            sync_failures=F("sync_failures") + 1,
            next_sync_at=timezone.now() + later,
            lease_token=None,
            leased_until=None,
            **values,
        )
    )


def _later(first: float, failures: int, at_most: float) -> timedelta:
    """Return a wait that doubles with each failure, with jitter."""
    seconds = min(first * 2 ** min(failures, 16), at_most)
    return timedelta(seconds=seconds * random.uniform(0.5, 1))


def _synced(lease: Lease, ids: set[UUID], generation: int) -> set[UUID]:
    return set(lease.kind.rows().filter(pk__in=ids, synced_generation__gte=generation).values_list("pk", flat=True))
