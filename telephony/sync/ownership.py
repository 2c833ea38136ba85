"""The ownership tag in the LiveKit metadata of our objects: `voxa:<installation>:<kind>:<uuid>`."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from telephony.choices import ObjectKind


@dataclass(frozen=True, slots=True)
class OwnershipTag:
    """The installation and row of an object.

    A trunk's or a SIP endpoint's for inbound trunks and rules, a gateway's for outbound ones.
    """

    installation: UUID
    kind: ObjectKind
    source_id: UUID

    def __str__(self) -> str:
        return f"voxa:{self.installation}:{self.kind}:{self.source_id}"


@lru_cache(maxsize=10_000)
def read_tag(metadata: str) -> OwnershipTag | None:
    """Return the ownership tag in a metadata text, or None if Voxa did not write it."""
    parts = metadata.split(":")
    if len(parts) != 4 or parts[0] != "voxa":
        return None
    try:
        tag = OwnershipTag(UUID(parts[1]), ObjectKind(parts[2]), UUID(parts[3]))
    except ValueError:
        return None
    return tag if str(tag) == metadata else None
