"""Asking for a sync, and waiting a moment for it."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F

from telephony.choices import TrunkStatus
from telephony.models import TelephonySettings
from telephony.sync.kinds import TRUNKS, RowKind
from voxa.publish import publish


def request_sync(row_id: UUID, kind: RowKind = TRUNKS) -> None:
    """Note in the caller's transaction that a row changed, and have it synced once that is committed.

    May be called for each of many changed rows: within one transaction only the first costs anything.
    """
    if _on_commit(SyncSoon(row_id, kind)):
        kind.rows().filter(pk=row_id).update(
            generation=F("generation") + 1,
            status=TrunkStatus.PENDING,
            last_error="",
            sync_failures=0,
            next_sync_at=None,
        )


def request_first_sync(row_id: UUID, kind: RowKind = TRUNKS) -> None:
    """Have a new row synced once it is committed: it already says that it is pending."""
    _on_commit(SyncSoon(row_id, kind))


def request_removal(object_ids: Iterable[int]) -> None:
    """Have these objects of a deleted row removed from LiveKit, once the deletion is committed."""
    ids = tuple(sorted(object_ids))
    if ids:
        _on_commit(RemoveSoon(ids))


def wait_for_sync(row_id: UUID, seconds: float, *, even_if_away: bool = False, kind: RowKind = TRUNKS) -> None:
    """Wait until the row's present generation is synced or has failed, at most so many seconds.

    Returns at once where waiting cannot help: the project is not configured, or its last call did not succeed. With
    `even_if_away` that last call does not count: someone asks to try again now.
    Call it after the commit, never in a transaction.
    """
    if seconds <= 0:
        return
    now = kind.rows().filter(pk=row_id).values_list("generation", "workspace_id").first()
    if now is None:
        return
    generation, workspace_id = now
    project = TelephonySettings.of(workspace_id).project
    if not (project.is_configured and (even_if_away or project.was_reachable)):
        return
    deadline, pause = time.monotonic() + seconds, 0.01
    while not _settled(kind, row_id, generation) and time.monotonic() + pause < deadline:
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def _settled(kind: RowKind, row_id: UUID, generation: int) -> bool:
    """Say whether nothing more will happen soon: synced, failed, put off after a failure, or gone."""
    row = (
        kind.rows().filter(pk=row_id).values_list("status", "generation", "synced_generation", "sync_failures").first()
    )
    if row is None:
        return True
    status, current, synced, failures = row
    stopped = current == generation and (status == TrunkStatus.FAILED or failures > 0)
    return bool(synced >= generation or stopped)


@dataclass(frozen=True)
class SyncSoon:
    """Hands a row to the workers."""

    row_id: UUID
    kind: RowKind

    def __call__(self) -> None:
        from telephony.tasks import sync_endpoint, sync_trunk

        publish(sync_trunk if self.kind == TRUNKS else sync_endpoint, str(self.row_id))


@dataclass(frozen=True)
class RemoveSoon:
    """Hands tombstones to the workers."""

    object_ids: tuple[int, ...]

    def __call__(self) -> None:
        from telephony.tasks import remove_objects

        publish(remove_objects, list(self.object_ids))


def _on_commit(callback: Callable[[], None]) -> bool:
    """Run the callback after commit, once; say whether it was not registered before in this transaction.

    An earlier one counts only if no savepoint that could still be rolled back without ours holds it.
    """
    connection = transaction.get_connection()
    ours = set(connection.savepoint_ids)
    if any(known == callback and sids <= ours for sids, known, _ in connection.run_on_commit):
        return False
    transaction.on_commit(callback)
    return True
