"""Find rows that drifted, according to our records. A few queries per chunk, no requests to LiveKit."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from telephony.choices import TrunkStatus
from telephony.models import Installation, LiveKitObject, LiveKitProject
from telephony.sync.kinds import RowKind
from telephony.sync.plan import Desired, plan
from telephony.sync.records import read_owned
from telephony.sync.rows import Row

CHUNK = 500

Recorded = dict[tuple[UUID, str, UUID], tuple[str, str]]  # by project, kind, source: LiveKit's id, fingerprint


def drifted_rows(kind: RowKind, project: LiveKitProject) -> Iterator[list[UUID]]:
    """Yield chunks of active rows that drifted, for example after a bulk update without signals."""
    now = timezone.now()
    well = kind.rows().filter(
        Q(leased_until=None) | Q(leased_until__lte=now),
        status=TrunkStatus.ACTIVE,
        workspace__telephony_settings__project=project,
    )
    last = UUID(int=0)
    while chunk := list(well.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = chunk[-1]
        if drifted := find_drifted(kind, chunk):
            yield drifted


def find_drifted(kind: RowKind, row_ids: Collection[UUID]) -> list[UUID]:
    """Plan these rows again and return those whose plan differs from what was written last."""
    installation, owned = Installation.current(), read_owned(kind, row_ids)
    servers = dict(LiveKitProject.objects.values_list("pk", "url"))
    return [
        row.id
        for row in kind.read(row_ids)
        if is_drifted(row, owned.get(row.id, []), installation, servers[row.project_id] or "")
    ]


def is_drifted(row: Row, owned: Collection[LiveKitObject], installation: UUID, server: str) -> bool:
    """Return whether the records differ from a complete sync of the plan."""
    recorded: Recorded = {(one.project_id, one.kind, one.source_id): (one.livekit_id, one.fingerprint) for one in owned}
    expected: Recorded = {}

    def expect(desired: Desired) -> str:
        key = (row.project_id, str(desired.kind), desired.source_id)
        livekit_id = recorded.get(key, ("", ""))[0] or "missing"
        expected[key] = livekit_id, desired.fingerprint(server)
        return livekit_id

    planned = plan(row, installation)
    for desired in planned.outbound:
        expect(desired)
    if planned.inbound:
        expect(planned.rule(expect(planned.inbound)))
    return recorded != expected
