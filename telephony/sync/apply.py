"""Sync rows to LiveKit, one or many."""

import time
from collections.abc import Callable, Iterable
from uuid import UUID

from telephony.sync.batch import Batch
from telephony.sync.kinds import ENDPOINTS, TRUNKS, RowKind
from telephony.sync.removal import remove_objects, tombstones
from telephony.sync.results import Outcome

CHUNK = 100  # rows of one claim: their calls fit well into the lease, also one by one
EACH = 12  # the same for each call at a time, so that more at a time finish no later
PAUSES = (0.0, 0.2, 0.4, 0.8, 1.6)  # seconds before each try for a number that another row is about to release


def sync_trunk(trunk_id: UUID) -> Outcome:
    """Sync one trunk, unless another process holds it. LiveKit errors are recorded, not raised."""
    return sync_rows(TRUNKS, [trunk_id])[trunk_id]


def sync_endpoint(endpoint_id: UUID) -> Outcome:
    """Sync one SIP endpoint, like `sync_trunk`."""
    return sync_rows(ENDPOINTS, [endpoint_id])[endpoint_id]


def sync_rows(
    kind: RowKind,
    row_ids: Iterable[UUID],
    *,
    concurrency: int = 1,
    on_done: Callable[[UUID, Outcome], None] = lambda row_id, outcome: None,
) -> dict[UUID, Outcome]:
    """Sync many rows with limited concurrency. `on_done` is called for each row as it ends."""
    ids, outcomes = list(dict.fromkeys(row_ids)), dict[UUID, Outcome]()
    size = max(CHUNK, EACH * concurrency)
    for start in range(0, len(ids), size):
        chunk = ids[start : start + size]
        batch = Batch(kind, concurrency)
        batch.run(chunk)
        _untangle(batch)
        for row_id in chunk:
            outcomes[row_id] = batch.outcomes[row_id]
            on_done(row_id, outcomes[row_id])
    return outcomes


def _untangle(batch: Batch) -> None:
    """Sync the rows that still hold our numbers, then retry ours.

    They are of the same kind: what callers dial is a phone number for trunks and has a dot for endpoints.
    """
    waiting = batch.waiting
    for pause in PAUSES:
        if not waiting:
            return
        time.sleep(pause)
        holders = {holder for held_by in waiting.values() for holder in held_by}
        remove_objects(tombstones().filter(source_id__in=holders).values_list("pk", flat=True))
        there = batch.kind.rows().filter(pk__in=holders).values_list("pk", flat=True)
        Batch(batch.kind, batch.concurrency).run(list(there))
        again = Batch(batch.kind, batch.concurrency)
        again.run(list(waiting))
        batch.outcomes.update(again.outcomes)
        waiting = again.waiting
