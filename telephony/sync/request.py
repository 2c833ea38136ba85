"""Request a sync, and wait briefly for it."""

from collections.abc import Collection, Iterable
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db.models import F

from telephony.choices import TrunkStatus
from telephony.models import LiveKitObject, TelephonySettings
from telephony.models.synced import SyncedRow
from telephony.sync.kinds import TRUNKS, RowKind
from voxa.core.statements import Fixed, FixedUpdate, among
from voxa.core.tasks import publish_on_commit
from voxa.core.waiting import WAITS

MARKED = ("generation", "status", "last_error", "sync_failures", "next_sync_at")


def request_sync(row_id: UUID, kind: RowKind = TRUNKS) -> None:
    """Note in the caller's transaction that a row changed, and have it synced once that is committed.

    May be called for each of many changed rows: one transaction sends one message a trunk or endpoint.
    """
    _mark_changed([row_id], kind)
    request_pending_sync(row_id, kind)


def mark_changed(row: SyncedRow) -> list[str]:
    """Set what `request_sync` writes on a locked row, to be saved with its change; return the names of the fields."""
    row.generation, row.status, row.last_error, row.sync_failures = row.generation + 1, TrunkStatus.PENDING, "", 0
    row.next_sync_at = None
    return [*MARKED]


def request_pending_sync(row_id: UUID, kind: RowKind = TRUNKS) -> None:
    """Ask for the sync, on commit, of a row that is already pending."""
    task = "telephony.tasks.sync_trunk" if kind == TRUNKS else "telephony.tasks.sync_endpoint"
    publish_on_commit(task, str(row_id))


def request_many(row_ids: Collection[UUID], kind: RowKind = TRUNKS) -> None:
    """Note that many rows changed, and have the sweep find them once that is committed."""
    if row_ids:
        _mark_changed(row_ids, kind)
        publish_on_commit("telephony.tasks.sweep_trunks")


@cache
def objects_asked(kind: RowKind) -> Fixed[Any]:
    """Return the query of the keys of a row's LiveKit objects."""
    return Fixed(
        lambda row: LiveKitObject.objects.filter(**{kind.field: row}).order_by().values_list("pk", flat=True),
        UUID,
        shared=True,
    )


def request_removal(object_ids: Iterable[int]) -> None:
    """Ask for the removal from LiveKit, on commit, of these objects of a deleted row."""
    if ids := sorted(object_ids):
        publish_on_commit("telephony.tasks.remove_objects", ids)


def wait_for_sync(row_id: UUID, seconds: float, *, even_if_away: bool = False, kind: RowKind = TRUNKS) -> bool:
    """Wait until the row's present generation is synced or has failed, at most so many seconds.

    Return whether it waited (or the row is gone). It does not where waiting cannot help: the project is not configured,
    or its last call did not succeed. With `even_if_away` that last call does not count: someone asks to try again now.
    Call it after the commit, never in a transaction.
    """
    if seconds <= 0:
        return False
    now = kind.rows().filter(pk=row_id).values_list("generation", "workspace_id").first()
    if now is None:
        return True
    generation, workspace_id = now
    project = TelephonySettings.of(workspace_id).project
    if not (project.is_configured and (even_if_away or project.was_reachable)):
        return False
    WAITS.wait(partial(_settled, kind, row_id, generation), seconds)
    return True


def _settled(kind: RowKind, row_id: UUID, generation: int) -> bool:
    """Return whether nothing more will happen soon: synced, failed, put off after a failure, or gone."""
    row = (
        kind.rows().filter(pk=row_id).values_list("status", "generation", "synced_generation", "sync_failures").first()
    )
    if row is None:
        return True
    status, current, synced, failures = row
    stopped = current == generation and (status == TrunkStatus.FAILED or failures > 0)
    return bool(synced >= generation or stopped)


def _mark_changed(row_ids: Collection[UUID], kind: RowKind) -> None:
    _mark(kind).run(list(row_ids))


@cache
def _mark(kind: RowKind) -> FixedUpdate[Any]:
    values = {"status": TrunkStatus.PENDING, "last_error": "", "sync_failures": 0, "next_sync_at": None}
    return FixedUpdate(
        lambda ids: (kind.rows().filter(among("pk", ids)), {"generation": F("generation") + 1, **values}), list
    )
