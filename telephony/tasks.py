"""Background work of telephony. Tasks take ids, may run twice and in any order, and bound their own time."""

from uuid import UUID

from celery import shared_task

from telephony.sync.apply import sync_trunk as sync
from telephony.sync.removal import remove_objects as remove


@shared_task
def sync_trunk(trunk_id: str) -> None:
    """Bring LiveKit in step with one trunk."""
    sync(UUID(trunk_id))


@shared_task
def remove_objects(object_ids: list[int]) -> None:
    """Remove from LiveKit what deleted rows left there."""
    remove(object_ids)
