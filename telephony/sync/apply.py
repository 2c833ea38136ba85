"""Bringing LiveKit in step with one trunk."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID


class Outcome(StrEnum):
    """How a sync ended."""

    ACTIVE = "active"
    PENDING = "pending"
    FAILED = "failed"
    BUSY = "busy"
    GONE = "gone"


def sync_trunk(trunk_id: UUID) -> Outcome:
    """Bring LiveKit in step with the trunk's rows, unless someone else is at it."""
    return Outcome.PENDING


def remove_objects(object_ids: Iterable[int]) -> None:
    """Remove tombstones from LiveKit."""
