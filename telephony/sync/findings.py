"""Compare a listing of LiveKit with the rows. Pure but for the types: reads and writes are reconcile's."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from telephony.choices import ObjectKind
from telephony.livekit.listed import Listed
from telephony.sync.kinds import ENDPOINTS, TRUNKS, RowKind
from telephony.sync.ownership import read_tag
from telephony.sync.plan import Desired, plan
from telephony.sync.records import Record
from telephony.sync.rows import Row


class Cause(StrEnum):
    """Kinds of drift."""

    ORPHAN = "an orphan without a row"
    COPY = "a duplicate of the same row"
    TOMBSTONE = "an object of a deleted row"
    UNPLANNED = "no longer wanted"
    MISSING = "not created yet"
    VANISHED = "gone from LiveKit"
    DIFFERS = "out of sync"

    @property
    def action(self) -> str:
        """Return the action of a reconcile."""
        return {"MISSING": "create", "VANISHED": "create", "DIFFERS": "write"}.get(self.name, "delete")


@dataclass(frozen=True, slots=True)
class Finding:
    """One object out of sync. `record_id` is our record of it, if any."""

    cause: Cause
    kind: ObjectKind
    source_id: UUID
    livekit_id: str = ""
    row_id: UUID | None = None
    row_name: str = ""
    row_kind: RowKind = TRUNKS
    record_id: int | None = None


Listing = Mapping[ObjectKind, Mapping[str, Listed]]  # by kind and id


def compare(
    kind: RowKind, row: Row, owned: Iterable[Record], listing: Listing, installation: UUID
) -> Iterator[Finding]:
    """Return the findings of one row's objects."""
    planned = plan(row, installation)
    records = {(one.project_id, one.kind, one.source_id): one for one in owned}
    wanted: list[Desired] = list(planned.outbound)
    inbound_id = ""
    if planned.inbound:
        wanted.append(planned.inbound)
        record = records.get((row.project_id, ObjectKind.INBOUND, row.id))
        inbound_id = record.livekit_id if record else ""
        wanted.append(planned.rule(inbound_id or "(new)"))
    for desired in wanted:
        record = records.pop((row.project_id, desired.kind, desired.source_id), None)
        cause = _judge(desired, record, listing[desired.kind])
        if cause is not None:
            yield _finding(cause, kind, row, desired.kind, desired.source_id, record)
    for record in records.values():
        yield _finding(Cause.UNPLANNED, kind, row, ObjectKind(record.kind), record.source_id, record)


def _finding(
    cause: Cause, row_kind: RowKind, row: Row, kind: ObjectKind, source_id: UUID, record: Record | None
) -> Finding:
    livekit_id, record_id = (record.livekit_id, record.pk) if record else ("", None)
    return Finding(cause, kind, source_id, livekit_id, row.id, row.name, row_kind, record_id)


def _judge(desired: Desired, record: Record | None, listed: Mapping[str, Listed]) -> Cause | None:
    if record is None or not record.livekit_id:
        return Cause.MISSING
    there = listed.get(record.livekit_id)
    if there is None:
        return Cause.VANISHED
    return None if there.holds(desired.spec) else Cause.DIFFERS


def strangers(listing: Listing, owned: Iterable[Record], installation: UUID) -> Iterator[Finding]:
    """Return objects with our ownership tag that belong to no row. `owned` was read after the listing.

    Without a row it is an orphan: a create in flight has its row already. With a row that knows another id, which
    stands there too, it is a copy. A row without an id is about to adopt it.
    """
    rows = list(owned)
    known = {(record.kind, record.livekit_id) for record in rows}
    unknown = [
        (kind, there, tag)
        for kind, listed in listing.items()
        for there in listed.values()
        if (kind, there.id) not in known and (tag := read_tag(there.metadata))
    ]
    records = {(record.kind, record.source_id): record for record in rows} if unknown else {}
    for kind, there, tag in unknown:
        if tag.installation != installation or tag.kind != kind:
            continue
        record = records.get((kind, tag.source_id))
        if record is None:
            yield Finding(Cause.ORPHAN, kind, tag.source_id, there.id)
        elif record.livekit_id in listing[kind]:
            row_kind = ENDPOINTS if record.endpoint_id else TRUNKS
            yield Finding(
                Cause.COPY, kind, tag.source_id, there.id, record.row_id, row_kind=row_kind, record_id=record.pk
            )
