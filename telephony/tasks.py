"""Background work of telephony. Tasks take ids, may run twice and in any order, and bound their own time."""

from uuid import UUID

from celery import shared_task

from telephony.sync import apply


@shared_task
def sync_trunk(trunk_id: str) -> None:
    """Bring LiveKit in step with one trunk."""
    apply.sync_trunk(UUID(trunk_id))


@shared_task
def remove_objects(object_ids: list[int]) -> None:
    """Remove from LiveKit what deleted rows left there."""
    apply.remove_objects(object_ids)
