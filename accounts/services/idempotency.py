"""Rows behind the Idempotency-Key header."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import IdempotencyRecord, Workspace

KEPT = timedelta(hours=24)
LONGEST_REQUEST = timedelta(minutes=2)


def claim(workspace: Workspace, key: str, request_hash: str) -> tuple[IdempotencyRecord, bool]:
    """Claim a key by inserting its row; return the row, and whether this request holds it."""
    now = timezone.now()
    mine = IdempotencyRecord(
        workspace=workspace, key=key, request_hash=request_hash, created_at=now, expires_at=now + KEPT
    )
    try:
        with transaction.atomic():
            mine.save(force_insert=True)
    except IntegrityError:
        same = IdempotencyRecord.objects.filter(workspace=workspace, key=key)
        same.filter(expires_at__lte=now).delete()
        found = same.first()
        return (found, False) if found else claim(workspace, key, request_hash)  # it had expired or was released
    return mine, True


def keep(record: IdempotencyRecord, status: int, answer: str) -> None:
    """Store the response for repeated requests."""
    record.status, record.answer = status, answer
    record.save(update_fields=["status", "answer"])


def release(record: IdempotencyRecord) -> None:
    """Release a claim, so that the request can be retried."""
    record.delete()


def is_cut_off(record: IdempotencyRecord) -> bool:
    """Return whether the request that claimed the key can no longer be running."""
    return record.status is None and record.created_at <= timezone.now() - LONGEST_REQUEST


def purge_expired() -> int:
    """Delete expired rows; return how many."""
    return IdempotencyRecord.objects.filter(expires_at__lte=timezone.now()).delete()[0]
