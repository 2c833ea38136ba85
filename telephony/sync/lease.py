"""The claim on a trunk: one syncs it at a time, and who lost the claim stops writing."""

import time
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from telephony.models import Trunk

LEASE = timedelta(seconds=60)
RENEW_AFTER = 25.0  # seconds; with a call's 7 s at most, far inside the lease


class LeaseLost(Exception):
    """Someone else has the trunk now, or it was deleted."""


class Lease:
    """The claim of one batch, on each of its trunks. `lose` and `renew` say for which it no longer holds."""

    def __init__(self) -> None:
        self.token = uuid4()
        self._renewed: dict[UUID, float] = {}

    def claim(self, trunk_ids: Collection[UUID]) -> list[UUID]:
        """Claim those of the trunks that nobody holds, by one conditional UPDATE."""
        now, started = timezone.now(), time.monotonic()
        free = Trunk.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), pk__in=trunk_ids)
        count = free.update(lease_token=self.token, leased_until=now + LEASE)
        claimed = list(trunk_ids)
        if count < len(claimed):
            claimed = list(self._held(trunk_ids)) if count else []
        self._renewed.update(dict.fromkeys(claimed, started))
        return claimed

    def renew(self, trunk_ids: Collection[UUID]) -> set[UUID]:
        """Lengthen the claim and lock the rows until the transaction ends; give those still ours."""
        started = time.monotonic()
        mine = Trunk.objects.filter(pk__in=trunk_ids, lease_token=self.token)
        count = mine.update(leased_until=timezone.now() + LEASE)
        kept = set(trunk_ids) if count == len(trunk_ids) else self._held(trunk_ids)
        self._renewed.update(dict.fromkeys(kept, started))
        return kept

    def hold(self, trunk_id: UUID) -> None:
        """Make sure, before a call, that the claim outlives it. Raises LeaseLost."""
        if time.monotonic() - self._renewed[trunk_id] > RENEW_AFTER and not self.renew([trunk_id]):
            raise LeaseLost

    def release(self, trunk_ids: Collection[UUID]) -> None:
        """Give the trunks back as they are."""
        Trunk.objects.filter(pk__in=trunk_ids, lease_token=self.token).update(lease_token=None, leased_until=None)

    def _held(self, trunk_ids: Collection[UUID]) -> set[UUID]:
        return set(Trunk.objects.filter(pk__in=trunk_ids, lease_token=self.token).values_list("pk", flat=True))
