"""Queue webhooks when trunks become active or fail."""

from dataclasses import dataclass
from uuid import UUID

from accounts.services.webhooks import emit, listening
from telephony.choices import TrunkStatus
from telephony.sync.kinds import TRUNKS
from telephony.sync.lease import Lease

EVENT = "trunk.status"


@dataclass(frozen=True)
class Turning:
    """A trunk about to get another status."""

    id: UUID
    workspace_id: UUID
    name: str


def turning(lease: Lease, row_ids: set[UUID], generation: int, into: TrunkStatus) -> list[Turning]:
    """Return the claimed trunks of a planned generation that are not in a status yet, locked until they are.

    Endpoints have no event. Call it in the transaction that writes the status.
    """
    if lease.kind is not TRUNKS:
        return []
    rows = lease.mine(row_ids).filter(generation=generation).exclude(status=into)
    return [Turning(*row) for row in rows.select_for_update(no_key=True).values_list("pk", "workspace_id", "name")]


def tell(turned: list[Turning], status: TrunkStatus, last_error: str = "") -> None:
    """Queue the event for each workspace's webhooks, in the caller's transaction. One query where nobody listens."""
    if not turned:
        return
    asked = listening({trunk.workspace_id for trunk in turned}, EVENT)
    for trunk in turned:
        if trunk.workspace_id in asked:
            said = {"id": str(trunk.id), "name": trunk.name, "status": str(status), "lastError": last_error}
            emit(trunk.workspace_id, EVENT, said)
