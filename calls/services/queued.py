"""Queued calls by agent or trunk, for the pages of telephony."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.dialer.wake import wake_dispatchers
from calls.models import Call


class CallQueue:
    """The queue of outbound calls."""

    def count(self, relation: str, ids: Collection[UUID]) -> int:
        return _queued(relation, ids).count()

    def move(self, relation: str, ids: Collection[UUID], other: Any) -> None:
        _queued(relation, ids).update(**{relation: other}, updated_at=timezone.now())

    def resume(self, trunk_id: UUID) -> None:
        now = timezone.now()
        _queued("trunk", [trunk_id]).filter(reason=Reason.TRUNK_PAUSED).update(
            reason=Reason.NONE, due_at=now, updated_at=now
        )
        wake_dispatchers()


def _queued(relation: str, ids: Collection[UUID]) -> QuerySet[Call]:
    return Call.objects.filter(status=CallStatus.QUEUED, **{f"{relation}__in": ids})
