"""Compare LiveKit with the rows: repair drift, recreate missing objects, remove our orphans.

Never touches an object without our tag. LiveKit is listed once a kind; what is written on the word of that listing is
looked up again under the row's lease, for a sync may have run meanwhile.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Workspace
from telephony.choices import ObjectKind
from telephony.livekit import LiveKitError
from telephony.livekit.listed import Listed
from telephony.livekit.loop import complete
from telephony.models import Installation, LiveKitObject, LiveKitProject
from telephony.sync import records, removal
from telephony.sync.apply import sync_rows
from telephony.sync.findings import Cause, Finding, Listing, compare, strangers
from telephony.sync.kinds import KINDS, RowKind
from telephony.sync.lease import Lease, LeaseLost
from telephony.sync.lint import LintFinding
from telephony.sync.linting import concerning, lint_project
from telephony.sync.project_session import ProjectSession
from telephony.sync.records import Record
from telephony.sync.results import Outcome
from telephony.sync.row_sync import REMOVAL_ORDER
from telephony.sync.side_by_side import run_side_by_side
from telephony.sync.unchanged import Unchanged, state_of

CHUNK = 500
CONCURRENCY = 8


@dataclass
class Report:
    """The findings and results of a reconcile.

    `lint_findings` are objects in LiveKit that defeat ours and that no reconcile repairs, mostly foreign ones. `error`
    says why it could not look, or go on; `busy` that someone else holds a part of it, perhaps a worker that was killed,
    whose lease runs on for a minute.
    """

    findings: list[Finding] = field(default_factory=list)
    lint_findings: list[LintFinding] = field(default_factory=list)
    outcomes: dict[UUID, Outcome] = field(default_factory=dict)
    deleted: int = 0
    busy: bool = False
    error: str = ""

    @property
    def is_clean(self) -> bool:
        """Return whether LiveKit matches the rows now, or will without manual action."""
        return not self.error and Outcome.FAILED not in self.outcomes.values()


def reconcile(project: LiveKitProject, *, workspace: Workspace | None = None, dry_run: bool = False) -> Report:
    """Compare one project, or one workspace's part of it, and carry the findings out unless it is a dry run.

    Orphans have no row that says whose they were, so they are left alone where only one workspace is asked for.
    """
    report = Report()
    try:
        look = _Look(ProjectSession(project), project, workspace)
        report.findings = look.findings()
        if not dry_run:
            look.carry_out(report)
        report.lint_findings = look.lint_findings(again=bool(report.findings) and not dry_run)
        if workspace is None:
            look.unchanged.keep()
    except LiveKitError as error:
        report.error = str(error)
    return report


class _Look:
    """One listing of LiveKit and what follows from it."""

    def __init__(self, session: ProjectSession, project: LiveKitProject, workspace: Workspace | None) -> None:
        self.session, self.project, self.workspace = session, project, workspace
        self.installation, self.unchanged = Installation.current(), Unchanged(project.pk)
        self.listing: Listing = self._listed()
        self._contents = {
            (str(kind), there.id): there.content for kind, listed in self.listing.items() for there in listed.values()
        }

    def _listed(self) -> dict[ObjectKind, dict[str, Listed]]:
        """List all kinds side by side."""
        listing: dict[ObjectKind, dict[str, Listed]] = {}

        async def look(kind: ObjectKind) -> None:
            listing[kind] = {there.id: there for there in await self.session.list_kind(kind)}

        run_side_by_side([partial(look, kind) for kind in REMOVAL_ORDER], len(REMOVAL_ORDER))
        return listing

    def findings(self) -> list[Finding]:
        """Read the rows, now that LiveKit was listed, and compare. Rules that stand in the way come first."""
        owned = records.read_records(self.project)
        on_project = (record for record in owned if record.project_id == self.project.pk)
        found = list(strangers(self.listing, on_project, self.installation))
        if self.workspace is not None:
            mine = {pk for kind in KINDS for pk in self._rows(kind).values_list("pk", flat=True)}
            found = [finding for finding in found if finding.row_id in mine]
        for kind in KINDS:
            found += self._compare(kind, owned)
        found += [
            Finding(Cause.TOMBSTONE, ObjectKind(stone.kind), stone.source_id, stone.livekit_id, record_id=stone.pk)
            for stone in self._tombstones()
        ]
        return sorted(found, key=lambda finding: (finding.cause.action != "delete", REMOVAL_ORDER.index(finding.kind)))

    def lint_findings(self, *, again: bool) -> list[LintFinding]:
        """Lint the project, on a new listing where the first one is out of date, and keep what was found.

        One workspace is told what concerns it alone.
        """
        listed = [
            there
            for kind in (ObjectKind.INBOUND, ObjectKind.RULE)
            for there in (complete(self.session.list_kind(kind)) if again else self.listing[kind].values())
        ]
        lint_findings = lint_project(self.project, listed, self.unchanged)
        return lint_findings if self.workspace is None else concerning(lint_findings, [self.workspace.pk])

    def _compare(self, kind: RowKind, records: Iterable[Record]) -> Iterator[Finding]:
        """Compare the rows of a kind, but for those in order last time that are as they were, with their objects."""
        owned: dict[UUID | None, list[Record]] = defaultdict(list)
        for record in records:
            owned[record.row_id].append(record)
        versions = kind.versions(self._rows(kind))
        states = {pk: self._state(version, owned.get(pk, ())) for pk, version in versions.items()}
        changed = [pk for pk, state in states.items() if not self.unchanged.knows(state)]
        for start in range(0, len(changed), CHUNK):
            for row in kind.read(changed[start : start + CHUNK]):
                if row.project_id != self.project.pk:  # any longer
                    continue
                findings = list(compare(kind, row, owned.get(row.id, ()), self.listing, self.installation))
                yield from findings
                if not findings:
                    self.unchanged.add(states[row.id])

    def _state(self, version: str, owned: Iterable[Record]) -> bytes:
        """Return a hash of what a row is compared by. A UUID is hashed as a number, which takes a tenth of the time."""
        objects = [
            (
                one.project_id.int,
                one.kind,
                one.source_id.int,
                one.livekit_id,
                self._contents.get((one.kind, one.livekit_id)),
            )
            for one in owned
        ]
        return state_of(self.installation.int, version, objects)

    def carry_out(self, report: Report) -> None:
        """Delete first, then repair: one rule in conflict blocks every other rule on the server."""
        for finding in report.findings:
            report.deleted += self._delete_stranger(finding)
        report.deleted += removal.remove_objects(self._tombstones().values_list("pk", flat=True), CONCURRENCY)
        bent_rules = {f.row_id for f in report.findings if f.cause == Cause.DIFFERS and f.kind == ObjectKind.RULE}
        wrong = {f.row_id for f in report.findings if f.row_id is not None}
        for row_ids in (wrong & bent_rules, wrong - bent_rules):
            for kind in KINDS:
                self._mend(kind, [f for f in report.findings if f.row_id in row_ids and f.row_kind == kind], report)
        held = self._tombstones().filter(leased_until__gt=timezone.now())
        report.busy = Outcome.BUSY in report.outcomes.values() or held.exists()

    def _mend(self, kind: RowKind, findings: Collection[Finding], report: Report) -> None:
        """Remove outdated records under the lease of a sync, then sync."""
        ids = sorted({finding.row_id for finding in findings if finding.row_id is not None})
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            lease = Lease(kind)
            claimed = set(lease.claim(chunk))
            with suppress(LeaseLost):  # a row was deleted meanwhile: the sync below finds out which
                self._correct_records(lease, [f for f in findings if f.row_id in claimed])
            lease.release(claimed)
            report.outcomes.update(sync_rows(kind, chunk, concurrency=CONCURRENCY))

    def _correct_records(self, lease: Lease, findings: Iterable[Finding]) -> None:
        doubted = {
            f.record_id: f for f in findings if f.record_id is not None and f.cause in (Cause.VANISHED, Cause.DIFFERS)
        }
        rows = [row for row in LiveKitObject.objects.filter(pk__in=doubted) if row.livekit_id]
        there = self._still_there(rows)
        differing = [row.pk for row in rows if row.livekit_id in there and row.livekit_id == doubted[row.pk].livekit_id]
        records.vanished(lease, [row for row in rows if row.livekit_id not in there])
        LiveKitObject.objects.filter(pk__in=differing).update(fingerprint="")

    def _still_there(self, rows: Iterable[LiveKitObject]) -> set[str]:
        """Look up the object again: one created by a sync after the listing is not missing."""
        by_kind = {kind: [row.livekit_id for row in rows if row.kind == kind] for kind in REMOVAL_ORDER}
        return {
            stored.id for kind, ids in by_kind.items() if ids for stored in complete(self.session.listing(kind, ids))
        }

    def _delete_stranger(self, finding: Finding) -> int:
        """Delete an orphan or a copy, if it still is one: looked up again, a copy under the lease of its row."""
        if finding.cause not in (Cause.ORPHAN, Cause.COPY):
            return 0
        lease, row_ids = Lease(finding.row_kind), [finding.row_id] if finding.row_id else []
        if len(lease.claim(row_ids)) < len(row_ids):
            return 0
        try:
            row = LiveKitObject.objects.filter(
                project=self.project, kind=finding.kind, source_id=finding.source_id
            ).first()
            if row is not None and (finding.cause == Cause.ORPHAN or row.livekit_id in ("", finding.livekit_id)):
                return 0
            complete(self.session.delete(finding.kind, finding.livekit_id))
        finally:
            lease.release(row_ids)
        return 1

    def _rows(self, kind: RowKind) -> QuerySet[Any]:
        rows = kind.rows().filter(workspace__telephony_settings__project=self.project)
        return rows if self.workspace is None else rows.filter(workspace=self.workspace)

    def _tombstones(self) -> QuerySet[LiveKitObject]:
        stones = removal.tombstones().filter(project=self.project)
        return stones if self.workspace is None else stones.filter(workspace=self.workspace)
