"""One row in one sync: plan, records and errors."""

from collections.abc import Iterable
from enum import IntEnum
from uuid import UUID

from telephony.choices import ObjectKind
from telephony.models import LiveKitObject
from telephony.sync.kinds import RowKind
from telephony.sync.plan import Desired, Plan
from telephony.sync.project_session import ProjectSession
from telephony.sync.rows import Row

Key = tuple[UUID, str, UUID]
REMOVAL_ORDER = [ObjectKind.RULE, ObjectKind.INBOUND, ObjectKind.OUTBOUND]  # a rule never outlives its trunk


class Result(IntEnum):
    """How the sync of a row went, the worst last."""

    SYNCED = 0
    WAITING = 1  # LiveKit has yet to release a number
    REFUSED = 2  # a person must act
    UNREACHED = 3  # the last call did not reach LiveKit
    UNKNOWN = 4  # the last call may have been carried out
    LOST = 5  # someone else has the row, or it was deleted


class RowSync:
    """One row in one sync. `uncertain` records: an earlier sync may have made an object and lost its id."""

    def __init__(
        self, kind: RowKind, row: Row, plan: Plan, session: ProjectSession, owned: Iterable[LiveKitObject]
    ) -> None:
        self.kind, self.row, self.plan, self.session = kind, row, plan, session
        self.owned: dict[Key, LiveKitObject] = {(r.project_id, r.kind, r.source_id): r for r in owned}
        self.uncertain = frozenset(record.pk for record in self.owned.values() if not record.livekit_id)
        self.waits_for: set[UUID] = set()
        self.result = Result.SYNCED
        self._messages: list[str] = []

    def note(self, result: Result, message: str = "") -> None:
        """Record an error. The worst result of a sync counts; messages of the same rank are joined."""
        if result > self.result:
            self.result, self._messages = result, []
        if message and result == self.result and message not in self._messages:
            self._messages.append(message)

    @property
    def message(self) -> str:
        """Return the errors of the sync as text; empty without errors."""
        return " ".join(self._messages)

    @property
    def stopped(self) -> bool:
        """Return whether to send no more requests to LiveKit for now."""
        return self.result >= Result.UNREACHED

    @property
    def calls(self) -> int:
        """Return how many calls to LiveKit were made."""
        return self.session.calls

    def record(self, kind: ObjectKind, source_id: UUID) -> LiveKitObject:
        """Return the record of an object, a new one if there is none."""
        key = (self.row.project_id, str(kind), source_id)
        if key not in self.owned:
            self.owned[key] = LiveKitObject(
                project_id=self.row.project_id,
                workspace_id=self.row.workspace_id,
                kind=kind,
                source_id=source_id,
                **{f"{self.kind.field}_id": self.row.id},
            )
        return self.owned[key]

    def is_written(self, desired: Desired) -> bool:
        """Return whether LiveKit is known to hold exactly this."""
        record = self.record(desired.kind, desired.source_id)
        return bool(record.livekit_id) and record.fingerprint == desired.fingerprint(self.session.server)

    def unwritten(self) -> list[LiveKitObject]:
        """Return the rows of what must be created or changed."""
        inbound = self.plan.inbound
        desired = [*self.plan.outbound, *([inbound] if inbound else ())]
        records = [self.record(one.kind, one.source_id) for one in desired if not self.is_written(one)]
        if inbound:
            inbound_id = self.record(inbound.kind, inbound.source_id).livekit_id
            if not inbound_id or not self.is_written(self.plan.rule(inbound_id)):
                records.append(self.record(ObjectKind.RULE, self.row.id))
        return records

    def unplanned(self) -> list[LiveKitObject]:
        """Return what is recorded but should no longer exist, rules first."""
        planned = {(self.row.project_id, str(kind), source_id) for kind, source_id in self.plan.sources()}
        extra = [record for key, record in self.owned.items() if key not in planned and record.pk is not None]
        return sorted(extra, key=lambda record: REMOVAL_ORDER.index(ObjectKind(record.kind)))
