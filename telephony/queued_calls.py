"""Queued calls of an agent or trunk. The calls app, which telephony does not import, registers itself."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from telephony.models import Agent, Trunk


class Queue(Protocol):
    """The queue of outbound calls. `relation` is `agent` or `trunk`."""

    def count(self, relation: str, ids: Collection[UUID]) -> int:
        """Return how many queued calls have one of these agents or trunks."""

    def move(self, relation: str, ids: Collection[UUID], other: Agent | Trunk) -> None:
        """Assign another agent or trunk to them."""

    def resume(self, trunk_id: UUID) -> None:
        """Dial those that waited because the trunk was paused."""


_queues: list[Queue] = []


def register(queue: Queue) -> None:
    """Register the queue."""
    if queue not in _queues:
        _queues.append(queue)


def count(relation: str, ids: Collection[UUID]) -> int:
    """Return how many queued calls have one of these agents or trunks."""
    return sum(queue.count(relation, ids) for queue in _queues)


def move(relation: str, ids: Collection[UUID], other: Agent | Trunk) -> None:
    """Assign another agent or trunk to them."""
    for queue in _queues:
        queue.move(relation, ids, other)


def resume(trunk_id: UUID) -> None:
    """Dial the calls that waited because the trunk was paused."""
    for queue in _queues:
        queue.resume(trunk_id)
