"""Record our LiveKit objects: the intent before a request, the outcome after it."""

import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from telephony.livekit.loop import in_caller
from telephony.models import LiveKitAlias, LiveKitObject, LiveKitProject
from telephony.sync import lease as leases
from telephony.sync.kinds import RowKind
from telephony.sync.lease import LEASE, Lease, LeaseLost
from voxa.core.many_rows import given_rows, insert_rows

AT_ONCE = 500  # outcomes of one statement
LATE = 1.0  # seconds that an outcome waits for others, and on for the call that ends next
_RECORD = """
WITH answered (id, livekit_id, fingerprint) AS ({})
UPDATE telephony_livekitobject SET livekit_id = answered.livekit_id, fingerprint = answered.fingerprint,
written_at = %s, last_error = '', lease_token = NULL, leased_until = NULL
FROM answered WHERE telephony_livekitobject.id = answered.id AND lease_token = %s
"""


def read_owned(kind: RowKind, row_ids: Collection[UUID]) -> dict[UUID, list[LiveKitObject]]:
    """Return all records of these rows of one kind, by row."""
    owned: dict[UUID, list[LiveKitObject]] = defaultdict(list)
    for record in kind.objects_of(row_ids).order_by("pk"):
        if record.row_id is not None:
            owned[record.row_id].append(record)
    return owned


class Record(NamedTuple):
    """What a comparison reads of a `LiveKitObject`."""

    pk: int
    project_id: UUID
    kind: str
    source_id: UUID
    livekit_id: str
    trunk_id: UUID | None
    endpoint_id: UUID | None

    @property
    def row_id(self) -> UUID | None:
        """Return the id of its trunk or endpoint, None for a tombstone."""
        return self.trunk_id or self.endpoint_id


def read_records(project: LiveKitProject) -> list[Record]:
    """Return the records of a project and of the workspaces on it, which may have some on an earlier one."""
    concerned = Q(project=project) | Q(workspace__telephony_settings__project=project)
    found = LiveKitObject.objects.filter(concerned).order_by("pk").values_list(*Record._fields)
    return [*map(Record._make, found)]


def intend(lease: Lease, rows: Iterable[LiveKitObject]) -> set[UUID]:
    """Record that these objects are about to be created (records not saved yet) or changed; return the rows still ours.

    The fingerprint is cleared: until the outcome is known, nobody may take the old content for what stands there.
    The records are leased too, so that a tombstone made of one meanwhile waits for the call in flight.
    """
    wanted = list(rows)
    row_ids = {row.row_id for row in wanted if row.row_id is not None}
    if not row_ids:
        return set()
    with transaction.atomic():
        kept = lease.renew(row_ids)
        until = timezone.now() + LEASE
        known = [row.pk for row in wanted if not row._state.adding and row.row_id in kept]
        new = [row for row in wanted if row._state.adding and row.row_id in kept]
        for row in wanted:
            row.fingerprint, row.lease_token, row.leased_until = "", lease.token, until
        insert_rows(new)
        if known:
            LiveKitObject.objects.filter(pk__in=known).update(
                fingerprint="", lease_token=lease.token, leased_until=until
            )
    return kept


def is_intended(lease: Lease, row: LiveKitObject) -> bool:
    """Return whether the intent is recorded and outlives the next call, as the claim that was renewed with it."""
    left = row.leased_until - timezone.now() if row.leased_until and row.lease_token == lease.token else timedelta()
    return left > LEASE - timedelta(seconds=leases.RENEW_AFTER)


def free(lease: Lease, rows: Iterable[LiveKitObject]) -> None:
    """Release the leases of records whose requests have ended, so that their tombstones need not wait."""
    if known := [row.pk for row in rows if row.pk and row.lease_token == lease.token]:
        LiveKitObject.objects.filter(pk__in=known, lease_token=lease.token).update(lease_token=None, leased_until=None)


class Outcomes:
    """What LiveKit answered, recorded for many objects at once and some seconds late at most.

    What is not recorded when the process dies is as if the answers were lost: the next sync adopts what was created, by
    its tag, and writes again what was changed. `lost` are the rows that were someone else's when that was noticed.
    """

    def __init__(self, lease: Lease) -> None:
        self.lost: set[UUID] = set()
        self._lease, self._since = lease, 0.0
        self._answered: list[LiveKitObject] = []

    async def add(self, record: LiveKitObject, livekit_id: str, fingerprint: str) -> None:
        """Add an outcome, and record all when they are many or have waited long."""
        record.livekit_id, record.fingerprint, record.lease_token = livekit_id, fingerprint, None
        now = time.monotonic()
        self._since = self._since if self._answered else now
        self._answered.append(record)
        if len(self._answered) >= AT_ONCE or now - self._since > LATE:
            answered, self._answered = self._answered, []
            try:
                await in_caller(self._write, answered)
            except BaseException:
                self._answered = answered + self._answered  # unstored outcomes are recorded with the next ones
                raise

    def record(self, row_ids: Collection[UUID]) -> None:
        """Record what was noted, with no call under way. The rows given are locked with those answered for."""
        self._write(self._answered, row_ids)
        self._answered = []

    def _write(self, answered: Sequence[LiveKitObject], row_ids: Collection[UUID] = ()) -> None:
        """Write ids and fingerprints. A row that became a tombstone meanwhile takes the id too: it is removed by it.

        The rows are locked first, as whoever deletes one does, and together with the others that the caller will write.
        """
        rows = {record.row_id for record in answered if record.row_id is not None}.union(row_ids)
        names = ("id", "livekit_id", "fingerprint")
        told = json.dumps([{name: getattr(record, name) for name in names} for record in answered])
        values = [told, _adapted("written_at", timezone.now()), _adapted("lease_token", self._lease.token)]
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            self.lost |= rows - self._lease.renew(rows)
            if answered:
                cursor.execute(_RECORD.format(given_rows(LiveKitObject, *names)), values)


def vanished(lease: Lease, rows: Sequence[LiveKitObject]) -> None:
    """Record that these objects must be created anew; their old ids stay as aliases. Raises LeaseLost."""
    until = timezone.now() + LEASE
    with transaction.atomic():
        _keep_aliases(lease, rows)
        LiveKitObject.objects.filter(pk__in=[row.pk for row in rows]).update(
            livekit_id="", fingerprint="", lease_token=lease.token, leased_until=until
        )
    for row in rows:
        row.livekit_id = row.fingerprint = ""
        row.lease_token, row.leased_until = lease.token, until


def removed(lease: Lease, row: LiveKitObject) -> None:
    """Record that LiveKit no longer has the object; its id stays as an alias. Raises LeaseLost."""
    with transaction.atomic():
        _keep_aliases(lease, [row])
        LiveKitObject.objects.filter(pk=row.pk).delete()


def _keep_aliases(lease: Lease, rows: Sequence[LiveKitObject]) -> None:
    row_ids = {row.row_id for row in rows if row.row_id is not None}
    if len(lease.renew(row_ids)) < len(row_ids):
        raise LeaseLost
    aliases = [
        LiveKitAlias(trunk_id=row.trunk_id, endpoint_id=row.endpoint_id, livekit_id=row.livekit_id)
        for row in rows
        if row.livekit_id and row.row_id is not None
    ]
    LiveKitAlias.objects.bulk_create(aliases, ignore_conflicts=True)


def _adapted(field: str, value: object) -> Any:
    """Return a value as this database's driver takes it."""
    column: Any = LiveKitObject._meta.get_field(field)
    return column.get_db_prep_value(value, connection)
