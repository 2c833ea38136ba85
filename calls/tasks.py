"""Background work of calls. Tasks take ids, may run twice and in any order, and bound their own time."""

from uuid import UUID

from celery import shared_task

from calls.services import closing, ingest


@shared_task
def close_call(call_id: str) -> None:
    """Close the room of a call that somebody asked to end."""
    closing.close_call(UUID(call_id))


@shared_task
def close_left_over(call_id: str) -> None:
    """Close the room of a call that is over."""
    closing.close_left_over(UUID(call_id))


@shared_task
def ingest_event(event_id: str) -> None:
    """Bring the call of an event's room up to date."""
    ingest.ingest_event(UUID(event_id))


@shared_task
def ingest_waiting() -> None:
    """Ingest the events whose task was lost."""
    ingest.ingest_waiting()
