"""The steps that sync one row's LiveKit objects to the plan."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from telephony.choices import ObjectKind
from telephony.livekit import (
    InboundTrunkSpec,
    LiveKitNotConfigured,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnauthorized,
)
from telephony.livekit.loop import in_caller
from telephony.models import LiveKitObject
from telephony.sync import records
from telephony.sync.conflicts import NO_CONFLICT, Conflict, find_conflict
from telephony.sync.lease import Lease, LeaseLost
from telephony.sync.ownership import OwnershipTag
from telephony.sync.plan import Desired
from telephony.sync.project_session import AnyStored, ProjectSession, ProjectSessions
from telephony.sync.row_sync import Result, RowSync


class Syncer:
    """The steps of one batch: its lease, its sessions, its installation, and what LiveKit answered."""

    def __init__(self, lease: Lease, sessions: ProjectSessions, installation: UUID) -> None:
        self.lease, self.sessions, self.installation = lease, sessions, installation
        self.outcomes = records.Outcomes(lease)

    async def both(self, work: RowSync) -> None:
        """Write outbound and inbound objects if no domain must be resolved in between."""
        await self.outbound(work)
        await self.inbound(work)

    async def outbound(self, work: RowSync) -> None:
        """Write the outbound trunks. A rejected one does not block the others."""
        for desired in work.plan.outbound:
            try:
                await self._bring(work, desired)
            except LiveKitUnauthorized:
                raise
            except LiveKitRefused as refusal:
                work.note(Result.REFUSED, str(refusal))

    async def inbound(self, work: RowSync) -> None:
        """Remove what is no longer planned, so that its numbers are free, then write the inbound trunk and its rule."""
        for record in work.unplanned():
            await self._remove(work, record)
        if work.plan.inbound is None:
            return
        inbound_id = await self._claim_numbers(work, work.plan.inbound)
        if inbound_id:
            await self._bring(work, work.plan.rule(inbound_id))

    async def _bring(self, work: RowSync, desired: Desired) -> str:
        """Adopt, update or create one object, and return its id."""
        record, kind = work.record(desired.kind, desired.source_id), desired.kind
        if not record.livekit_id and record.pk in work.uncertain:
            await self._adopt(work, desired)
        if work.is_written(desired):
            return record.livekit_id
        fingerprint = desired.fingerprint(work.session.server)
        await self._intend(record)
        if record.livekit_id:
            try:
                await work.session.update(kind, record.livekit_id, desired.spec)
            except LiveKitNotFound:
                await in_caller(records.vanished, self.lease, [record])
            else:
                await self.outcomes.add(record, record.livekit_id, fingerprint)
                return record.livekit_id
        livekit_id = await work.session.create(kind, desired.spec)
        await self.outcomes.add(record, livekit_id, fingerprint)
        return livekit_id

    async def _intend(self, record: LiveKitObject) -> None:
        """Ensure that the claim holds and the intent is recorded, which was usually done for the whole batch."""
        if records.is_intended(self.lease, record):
            return
        if not await in_caller(records.intend, self.lease, [record]):
            raise LeaseLost

    async def _adopt(self, work: RowSync, desired: Desired) -> None:
        """Adopt the object of a create whose response was lost, found by its ownership tag."""
        record = work.record(desired.kind, desired.source_id)
        found = await work.session.tagged(desired.kind, desired.spec.metadata)
        if not found:
            return
        first = min(found, key=lambda stored: stored.id)
        record.livekit_id = first.id
        if first.exact and first.spec == desired.spec:
            await self._intend(record)
            await self.outcomes.add(record, first.id, desired.fingerprint(work.session.server))

    async def _remove(self, work: RowSync, record: LiveKitObject) -> None:
        """Delete an object, by its ID or else its ownership tag, and its record."""
        try:
            session = (await in_caller(self.sessions.to, record.project_id)).counted()
        except LiveKitNotConfigured:  # nobody could; should the project come back, reconcile finds the tag
            await in_caller(records.removed, self.lease, record)
            return
        await in_caller(self.lease.hold, work.row.id)
        try:
            await remove_object(session, record, self.installation)
        finally:
            work.session.calls += session.calls
        await in_caller(records.removed, self.lease, record)
        del work.owned[record.project_id, record.kind, record.source_id]

    async def _claim_numbers(self, work: RowSync, desired: Desired) -> str:
        """Write the inbound trunk with those of its numbers that nothing else on the server holds; return its id."""
        record = work.record(desired.kind, desired.source_id)
        conflict = NO_CONFLICT
        if record.livekit_id and not work.is_written(desired):
            # LiveKit compares an update by the numbers stored before, so the added ones are ours to check.
            conflict = self._conflict(desired, record, await work.session.snapshot(ObjectKind.INBOUND))
        if not conflict:
            try:
                return await self._bring(work, desired)
            except LiveKitUnauthorized:
                raise
            except LiveKitRefused:
                # Where nothing shows, it was released a moment ago, or LiveKit has another reason and says so again.
                conflict = self._conflict(desired, record, await work.session.listing(ObjectKind.INBOUND))
        await self._settle_copies(work, record, conflict.copies)
        self._explain(work, conflict.lent, conflict.foreign)
        work.waits_for |= conflict.rivals
        spec = desired.spec
        assert isinstance(spec, InboundTrunkSpec)  # noqa: S101 - for the type checker
        free = tuple(number for number in spec.numbers if number not in conflict.taken)
        if free:
            return await self._bring(work, replace(desired, spec=replace(spec, numbers=free)))
        await self._let_go(work)
        return ""

    def _conflict(self, desired: Desired, record: LiveKitObject, listed: Iterable[AnyStored]) -> Conflict:
        tag = OwnershipTag(self.installation, desired.kind, desired.source_id)
        return find_conflict(listed, desired.spec, record.livekit_id, tag)

    async def _settle_copies(self, work: RowSync, record: LiveKitObject, copies: Iterable[str]) -> None:
        """Make the first of our own copies the object, if there is none, and delete the others."""
        for livekit_id in copies:
            if not record.livekit_id:
                record.livekit_id = livekit_id
                continue
            await in_caller(self.lease.hold, work.row.id)
            await work.session.delete(ObjectKind.INBOUND, livekit_id)

    async def _let_go(self, work: RowSync) -> None:
        """Remove rule and inbound trunk: without numbers the trunk would accept every call."""
        for kind in (ObjectKind.RULE, ObjectKind.INBOUND):
            record = work.record(kind, work.row.id)
            if record.livekit_id:
                await self._remove(work, record)

    def _explain(self, work: RowSync, lent: Iterable[str], foreign: Iterable[str]) -> None:
        if lent := sorted(lent):
            work.note(Result.WAITING, f"Waiting for LiveKit to release {', '.join(lent)}. It will be retried.")
        if foreign := sorted(foreign):
            work.note(
                Result.REFUSED,
                f"Another inbound trunk of this LiveKit server, not made by Voxa, takes calls to {', '.join(foreign)}. "
                "Remove the number there, then provision this one again.",
            )


async def remove_object(session: ProjectSession, record: LiveKitObject, installation: UUID) -> None:
    """Delete a record's object: by its ID, or by its ownership tag if the response to its create may have been lost."""
    kind, ids = ObjectKind(record.kind), [record.livekit_id]
    if not record.livekit_id:
        found = await session.tagged(kind, str(OwnershipTag(installation, kind, record.source_id)))
        ids = [stored.id for stored in found]
    for livekit_id in ids:
        await session.delete(kind, livekit_id)
