"""One claim on some rows: plan, call, record, and the result if the rows are still those planned."""

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from telephony.livekit import LiveKitError, LiveKitNotConfigured, LiveKitRefused, LiveKitUnreached
from telephony.models import Installation, LiveKitObject
from telephony.sync import records, results
from telephony.sync.history import record_runs
from telephony.sync.kinds import RowKind
from telephony.sync.lease import Lease, LeaseLost
from telephony.sync.plan import plan
from telephony.sync.project_session import ProjectSessions
from telephony.sync.removal import remove_objects, tombstones
from telephony.sync.request import request_pending_sync
from telephony.sync.resolve import resolve_for
from telephony.sync.results import Outcome
from telephony.sync.row_sync import Result, RowSync
from telephony.sync.rows import TrunkRow, read_gateways
from telephony.sync.side_by_side import run_side_by_side
from telephony.sync.steps import Syncer

Step = Callable[[RowSync], Awaitable[None]]
logger = logging.getLogger(__name__)

ROUNDS = 5  # maximum immediate replans of a row that changes during its sync


class Batch:
    """One claim on rows of a kind and its results: `outcomes`, and the rows whose numbers others are `waiting` for."""

    def __init__(self, kind: RowKind, concurrency: int) -> None:
        self.kind, self.concurrency = kind, concurrency
        self.outcomes: dict[UUID, Outcome] = {}
        self.waiting: dict[UUID, set[UUID]] = {}
        self._lease, self._sessions = Lease(kind), ProjectSessions()

    def run(self, row_ids: Collection[UUID]) -> None:
        """Sync the free rows. A row that changes in the meantime is planned again."""
        todo = self._lease.claim(row_ids)
        self._unclaimed(set(row_ids) - set(todo))
        if not todo:
            return
        syncer = Syncer(self._lease, self._sessions, Installation.current())
        for _ in range(ROUNDS):
            todo = self._round(syncer, todo)
            if not todo:
                return
        self._lease.release(todo)
        self.outcomes.update(dict.fromkeys(todo, Outcome.PENDING))
        for row_id in todo:
            request_pending_sync(row_id, self.kind)  # the messages of its changes came while we held it

    def _round(self, syncer: Syncer, row_ids: list[UUID]) -> list[UUID]:
        """Sync once; return the rows that changed in the meantime."""
        started = timezone.now()
        works = self._read(syncer, row_ids)
        named = [work for work in works if work.row.has_names]
        self._intend(works)
        self._drive(lambda work: syncer.outbound(work) if work in named else syncer.both(work), works)
        if named:
            self._record(syncer, works)  # DNS may take its time
            self._resolve(syncer, named)
            self._intend(named)
            self._drive(syncer.inbound, named)
        with transaction.atomic():
            self._record(syncer, works)
            again = self._settle(works)
            record_runs([work for work in works if work.row.id not in again], self.outcomes, started)
        self._clean_up([work for work in works if work.result == Result.LOST])
        return again

    def _unclaimed(self, row_ids: set[UUID]) -> None:
        if row_ids:
            there = set(self.kind.rows().filter(pk__in=row_ids).values_list("pk", flat=True))
            self.outcomes.update({pk: Outcome.BUSY if pk in there else Outcome.GONE for pk in row_ids})

    def _read(self, syncer: Syncer, row_ids: list[UUID]) -> list[RowSync]:
        rows = self.kind.read(row_ids)
        owned = records.read_owned(self.kind, row_ids)
        self.outcomes.update(dict.fromkeys(set(row_ids) - {row.id for row in rows}, Outcome.GONE))
        works = []
        for row in rows:
            try:
                session = self._sessions.to(row.project_id)
            except LiveKitNotConfigured as error:
                warnings = plan(row, syncer.installation).warnings
                results.write_pending(self._lease, row.id, row.failures, str(error), warnings)
                self.outcomes[row.id] = Outcome.PENDING
            else:
                works.append(
                    RowSync(self.kind, row, plan(row, syncer.installation), session.counted(), owned.get(row.id, []))
                )
        return works

    def _intend(self, works: list[RowSync]) -> None:
        """Record for all works at once what is about to be created or changed."""
        wanted: list[LiveKitObject] = []
        for work in works:
            if not work.stopped:
                wanted += [record for record in work.unwritten() if record.lease_token != self._lease.token]
        kept = records.intend(self._lease, wanted)
        lost = {record.row_id for record in wanted} - kept
        for work in works:
            if work.row.id in lost:
                work.note(Result.LOST)

    def _drive(self, step: Step, works: list[RowSync]) -> None:
        run_side_by_side([partial(self._guarded, step, work) for work in works if not work.stopped], self.concurrency)

    def _record(self, syncer: Syncer, works: list[RowSync]) -> None:
        """Record what LiveKit answered, and note which rows are no longer ours."""
        syncer.outcomes.record([work.row.id for work in works])
        for work in works:
            if work.row.id in syncer.outcomes.lost:
                work.note(Result.LOST)

    async def _guarded(self, step: Step, work: RowSync) -> None:
        try:
            await step(work)
        except LeaseLost:
            work.note(Result.LOST)
        except LiveKitRefused as error:
            work.note(Result.REFUSED, str(error))
        except LiveKitUnreached as error:
            work.note(Result.UNREACHED, str(error))
        except LiveKitError as error:
            work.note(Result.UNKNOWN, str(error))
        except Exception:
            logger.exception("The sync of %s %s failed", self.kind.field, work.row.id)
            work.note(Result.UNKNOWN, "An internal error occurred; see the log of Voxa. It will be retried.")

    def _resolve(self, syncer: Syncer, works: list[RowSync]) -> None:
        """Look up the domains that calls come in from, then plan with what was found."""
        if not resolve_for([work.row.id for work in works if not work.stopped]):
            return
        gateways = read_gateways([work.row.id for work in works])
        for work in works:
            if isinstance(work.row, TrunkRow):
                row = replace(work.row, gateways=tuple(gateways[work.row.id]))
                work.plan = plan(row, syncer.installation)

    def _settle(self, works: list[RowSync]) -> list[UUID]:
        well = [work for work in works if work.result == Result.SYNCED]
        done = results.write_success(self._lease, [(w.row.id, w.row.generation, w.plan.warnings) for w in well])
        self.outcomes.update(dict.fromkeys(done.written, Outcome.ACTIVE))
        again = set(done.changed)
        for work in works:
            if work.row.id in done.lost:
                work.note(Result.LOST)
            elif work.result not in (Result.SYNCED, Result.LOST) and not self._write_failure(work):
                again.add(work.row.id)
        known = [work for work in works if work.result in (Result.REFUSED, Result.UNREACHED)]
        records.free(self._lease, [record for work in known for record in work.owned.values()])
        return list(again)

    def _write_failure(self, work: RowSync) -> bool:
        row = work.row
        if work.waits_for:
            self.waiting[row.id] = work.waits_for
        if work.result == Result.REFUSED:
            self.outcomes[row.id] = Outcome.FAILED
            return results.write_failed(
                self._lease, row.id, row.generation, row.failures, work.message, work.plan.warnings
            )
        results.write_pending(self._lease, row.id, row.failures, work.message, work.plan.warnings)
        self.outcomes[row.id] = Outcome.PENDING
        return True

    def _clean_up(self, lost: list[RowSync]) -> None:
        """Remove objects that were created after their rows were deleted."""
        if not lost:
            return
        self._unclaimed({work.row.id for work in lost})
        ours = tombstones().filter(pk__in=[record.pk for work in lost for record in work.owned.values() if record.pk])
        ours.filter(lease_token=self._lease.token).update(lease_token=None, leased_until=None)
        remove_objects(ours.values_list("pk", flat=True))
