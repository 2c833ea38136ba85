"""The sweep, every minute: do work without a task or whose task was lost."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.models import Installation, LiveKitProject, TelephonySettings
from telephony.sync import removal
from telephony.sync.apply import CHUNK, sync_rows
from telephony.sync.closing import delete_emptied_workspaces, empty_closing_workspaces
from telephony.sync.drift import drifted_rows
from telephony.sync.history import prune_runs
from telephony.sync.kinds import KINDS, RowKind
from telephony.sync.results import Outcome

SECONDS = 45.0  # a sweep's own bound, inside its minute and its task's limit
CONCURRENCY = 8


@dataclass
class Swept:
    """What a sweep did."""

    synced: int = 0
    removed: int = 0
    closed: int = 0


def sweep(seconds: float = SECONDS) -> Swept:
    """Remove tombstones, sync what is due or drifted, finish closing workspaces. Begins nothing new after so long."""
    end, swept = time.monotonic() + seconds, Swept()
    Installation.objects.update_or_create(pk=1, defaults={"swept_at": timezone.now()})
    empty_closing_workspaces()
    LiveKitProject.default()  # applies a changed LIVEKIT_URL
    has_rows = Q(trunks__isnull=False) | Q(sip_endpoints__isnull=False)
    for workspace in Workspace.objects.filter(has_rows, telephony_settings=None).distinct():
        TelephonySettings.of(workspace.pk)
    # Those that answered last come first: one that is away costs the others nothing but the end of the minute.
    for project in sorted(LiveKitProject.objects.all(), key=lambda project: not project.was_reachable):
        _Sweep(project, end, swept).run()
    swept.closed = delete_emptied_workspaces()
    prune_runs()
    return swept


def due_rows(kind: RowKind) -> QuerySet[Any]:
    """Return the rows to sync now, the longest waiting first: pending ones, and failed ones from time to time."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    waiting = Q(status=TrunkStatus.PENDING) | Q(status=TrunkStatus.FAILED, next_sync_at__isnull=False)
    due = Q(next_sync_at=None) | Q(next_sync_at__lte=now)
    return kind.rows().filter(free, waiting, due).order_by(F("next_sync_at").asc(nulls_first=True), "pk")


class _Sweep:
    """One project's share of a sweep. It ends early when LiveKit does not answer."""

    def __init__(self, project: LiveKitProject, end: float, swept: Swept) -> None:
        self.project, self.end, self.swept = project, end, swept

    def run(self) -> None:
        stones = removal.tombstones().filter(project=self.project)
        if not self.project.is_configured:
            # Nothing can be removed; but a workspace that is being closed must not wait for that.
            removal.remove_objects(stones.filter(workspace__closed_at__isnull=False).values_list("pk", flat=True))
            return
        if self._remove(list(stones.order_by("created_at", "pk").values_list("pk", flat=True))):
            for kind, ids in self._wanted():
                if not self._sync(kind, ids):
                    break

    def _wanted(self) -> Iterator[tuple[RowKind, list[UUID]]]:
        """Return what is due, of every kind, then what drifted."""
        for kind in KINDS:
            due = due_rows(kind).filter(workspace__telephony_settings__project=self.project)
            yield kind, list(due.values_list("pk", flat=True))
        for kind in KINDS:
            for drifted in drifted_rows(kind, self.project):
                yield kind, drifted

    def _remove(self, ids: list[int]) -> bool:
        """Remove tombstones; return whether there is time, and a LiveKit that answers, to go on."""
        for start in range(0, len(ids), removal.CHUNK):
            chunk = ids[start : start + removal.CHUNK]
            gone = removal.remove_objects(chunk, CONCURRENCY)
            self.swept.removed += gone
            if not self._may_go_on(gone > 0):
                return False
        return True

    def _sync(self, kind: RowKind, ids: list[UUID]) -> bool:
        """Sync rows; return whether there is time, and a LiveKit that answers, to go on."""
        for start in range(0, len(ids), CHUNK):
            outcomes = sync_rows(kind, ids[start : start + CHUNK], concurrency=CONCURRENCY).values()
            self.swept.synced += sum(outcome == Outcome.ACTIVE for outcome in outcomes)
            if not self._may_go_on(any(outcome in (Outcome.ACTIVE, Outcome.FAILED) for outcome in outcomes)):
                return False
        return True

    def _may_go_on(self, something_worked: bool) -> bool:
        if not something_worked:
            self.project.refresh_from_db(fields=["last_ok_at", "last_failed_at"])
            if not self.project.was_reachable:
                return False
        return time.monotonic() < self.end
