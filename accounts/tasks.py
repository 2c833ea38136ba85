"""Tasks of accounts."""

from celery import shared_task

from accounts.services.idempotency import purge_expired


@shared_task
def purge_idempotency_records() -> None:
    """Delete kept answers that are past their 24 hours."""
    purge_expired()
