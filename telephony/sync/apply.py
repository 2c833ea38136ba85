"""Bringing LiveKit in step with trunks, one or many."""

import time
from collections.abc import Callable, Iterable
from uuid import UUID

from telephony.models import Trunk
from telephony.sync.batch import Batch
from telephony.sync.drive import Crew
from telephony.sync.removal import remove_objects, tombstones
from telephony.sync.results import Outcome

CHUNK = 100  # trunks of one claim: their calls fit well into the lease
PAUSES = (0.0, 0.2, 0.4, 0.8, 1.6)  # seconds before each try for a number that another trunk is about to release


def sync_trunk(trunk_id: UUID) -> Outcome:
    """Bring LiveKit in step with one trunk, unless someone else is at it. Raises nothing that LiveKit does."""
    return sync_trunks([trunk_id])[trunk_id]


def sync_trunks(
    trunk_ids: Iterable[UUID],
    *,
    concurrency: int = 1,
    on_done: Callable[[UUID, Outcome], None] = lambda trunk_id, outcome: None,
) -> dict[UUID, Outcome]:
    """Bring LiveKit in step with many trunks, so many calls to it at a time. `on_done` hears of each as it ends."""
    ids, outcomes = list(dict.fromkeys(trunk_ids)), dict[UUID, Outcome]()
    with Crew(concurrency) as crew:
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            batch = Batch(crew)
            batch.run(chunk)
            _untangle(batch)
            for trunk_id in chunk:
                outcomes[trunk_id] = batch.outcomes[trunk_id]
                on_done(trunk_id, outcomes[trunk_id])
    return outcomes


def _untangle(batch: Batch) -> None:
    """Have those trunks synced that still hold numbers of ours, then try ours again."""
    waiting = batch.waiting
    for pause in PAUSES:
        if not waiting:
            return
        time.sleep(pause)
        holders = {holder for held_by in waiting.values() for holder in held_by}
        remove_objects(tombstones().filter(source_id__in=holders).values_list("pk", flat=True))
        Batch(batch.crew).run(list(Trunk.objects.filter(pk__in=holders).values_list("pk", flat=True)))
        again = Batch(batch.crew)
        again.run(list(waiting))
        batch.outcomes.update(again.outcomes)
        waiting = again.waiting
