"""Background work of calls. Tasks take ids, may run twice and in any order, and bound their own time."""

from uuid import UUID

from celery import shared_task

from calls.services import closing


@shared_task
def close_call(call_id: str) -> None:
    """Close the room of a call that somebody asked to end."""
    closing.close_call(UUID(call_id))
