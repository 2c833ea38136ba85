"""The lease of a row: one process syncs it at a time, and stops writing when it lost the lease."""

import time
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone

from telephony.sync.kinds import RowKind

LEASE = timedelta(seconds=60)
FRESH = 5.0  # seconds
RENEW_AFTER = 25.0  # seconds; with a call's 7 s at most, far inside the lease


class LeaseLost(Exception):
    """Another process has the row now, or it was deleted."""


class Lease:
    """The claim of one batch on its rows, all of one kind. `hold` and `renew` report a lost claim."""

    def __init__(self, kind: RowKind) -> None:
        self.kind, self.token = kind, uuid4()
        self._renewed: dict[UUID, float] = {}

    def claim(self, row_ids: Collection[UUID]) -> list[UUID]:
        """Claim the free rows with one conditional UPDATE."""
        now, started = timezone.now(), time.monotonic()
        free = self.kind.rows().filter(Q(leased_until=None) | Q(leased_until__lt=now), pk__in=row_ids)
        count = free.update(lease_token=self.token, leased_until=now + LEASE)
        claimed = list(row_ids)
        if count < len(claimed):
            claimed = list(self._held(row_ids)) if count else []
        self._renewed.update(dict.fromkeys(claimed, started))
        return claimed

    def renew(self, row_ids: Collection[UUID]) -> set[UUID]:
        """Extend the lease and lock the rows until the transaction ends; return those that are still held.

        A lease that was just extended stays as it is: a lock is cheaper than a new version of each row.
        """
        now = time.monotonic()
        if all(now - self._renewed.get(row_id, -FRESH) < FRESH for row_id in row_ids):
            return set(self.mine(row_ids).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        return self._extend(row_ids)

    def _extend(self, row_ids: Collection[UUID]) -> set[UUID]:
        started = time.monotonic()
        count = self.mine(row_ids).update(leased_until=timezone.now() + LEASE)
        kept = set(row_ids) if count == len(row_ids) else self._held(row_ids)
        self._renewed.update(dict.fromkeys(kept, started))
        return kept

    def hold(self, row_id: UUID) -> None:
        """Ensure, before a request, that the claim outlives it. Raise `LeaseLost` otherwise."""
        if time.monotonic() - self._renewed[row_id] > RENEW_AFTER and not self._extend([row_id]):
            raise LeaseLost

    def release(self, row_ids: Collection[UUID]) -> None:
        """Release the rows."""
        self.mine(row_ids).update(lease_token=None, leased_until=None)

    def mine(self, row_ids: Collection[UUID]) -> QuerySet[Any]:
        """Return those of the rows that this claim still holds."""
        return self.kind.rows().filter(pk__in=row_ids, lease_token=self.token)

    def _held(self, row_ids: Collection[UUID]) -> set[UUID]:
        return set(self.mine(row_ids).values_list("pk", flat=True))
