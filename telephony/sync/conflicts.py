"""Find other objects that match calls to our numbers in LiveKit. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from telephony.choices import ObjectKind
from telephony.livekit import InboundTrunkSpec
from telephony.sync.ownership import OwnershipTag, read_tag
from telephony.sync.plan import Spec
from telephony.sync.project_session import AnyStored


@dataclass(frozen=True, slots=True)
class Conflict:
    """Conflicts of an inbound trunk: our own copies, our other rows, and foreign objects."""

    copies: tuple[str, ...] = ()
    rivals: frozenset[UUID] = frozenset()
    lent: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self != NO_CONFLICT

    @property
    def taken(self) -> frozenset[str]:
        """Return the numbers that are taken."""
        return self.lent | self.foreign


NO_CONFLICT = Conflict()


def find_conflict(listed: Iterable[AnyStored], spec: Spec, own_id: str, tag: OwnershipTag) -> Conflict:
    """Return what holds the spec's numbers. LiveKit compares numbers with and without `+` as the same."""
    if not isinstance(spec, InboundTrunkSpec):
        raise TypeError("Only inbound trunks hold numbers of their own.")
    copies, rivals, lent, foreign = [], set(), set[str](), set[str]()
    for stored in listed:
        if stored.id == own_id or not isinstance(stored.spec, InboundTrunkSpec):
            continue
        held = {number.removeprefix("+") for number in stored.spec.numbers}
        shared = {number for number in spec.numbers if number.removeprefix("+") in held}
        other = read_tag(stored.spec.metadata)
        if other == tag:
            copies.append(stored.id)
        elif not shared:
            continue
        elif other and other.installation == tag.installation and other.kind == ObjectKind.INBOUND:
            rivals.add(other.source_id)
            lent |= shared
        else:
            foreign |= shared
    return Conflict(tuple(sorted(copies)), frozenset(rivals), frozenset(lent - foreign), frozenset(foreign))
