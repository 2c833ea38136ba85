"""Record the result of each sync of a trunk, for its page."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from telephony.choices import TrunkStatus
from telephony.models import SyncRun
from telephony.sync.kinds import TRUNKS
from telephony.sync.results import Outcome
from telephony.sync.row_sync import RowSync
from voxa.core.many_rows import insert_rows

KEPT = 50  # of each trunk
KEPT_FOR = timedelta(days=30)
LOOKED_BACK = timedelta(minutes=10)  # trunks synced since then may have too many; a sweep comes each minute
PRUNED_AT_ONCE = 10_000
_TOLD = {
    Outcome.ACTIVE: TrunkStatus.ACTIVE,
    Outcome.PENDING: TrunkStatus.PENDING,
    Outcome.FAILED: TrunkStatus.FAILED,
}


def record_runs(works: Iterable[RowSync], outcomes: Mapping[UUID, Outcome], started: datetime) -> None:
    """Insert the results of these trunks' syncs with one statement."""
    now = timezone.now()
    runs = [
        SyncRun(
            trunk_id=work.row.id,
            started_at=started,
            finished_at=now,
            generation=work.row.generation,
            outcome=_TOLD[outcome],
            error=work.message,
            calls=work.calls,
        )
        for work in works
        if work.kind is TRUNKS and (outcome := outcomes.get(work.row.id)) in _TOLD
    ]
    insert_rows(runs)


def prune_runs() -> int:
    """Delete old results, and of recently synced trunks all but the newest; return how many."""
    now = timezone.now()
    lately = SyncRun.objects.filter(finished_at__gt=now - LOOKED_BACK).order_by().values("trunk").distinct()
    ranked = SyncRun.objects.filter(trunk__in=lately).annotate(
        place=Window(RowNumber(), partition_by=F("trunk"), order_by=F("id").desc())
    )
    extra = list(ranked.filter(place__gt=KEPT).order_by("id").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    old = list(SyncRun.objects.filter(finished_at__lt=now - KEPT_FOR).values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    return SyncRun.objects.filter(pk__in={*extra, *old}).delete()[0]
