"""The effect of a LiveKit object on ours, described for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from telephony.choices import ObjectKind
from telephony.livekit.entrances import Entrance, Rule
from telephony.livekit.matching import normalized
from telephony.sync.ownership import OwnershipTag, read_tag

MOST_NUMBERS = 1_000  # of one finding that are kept
REPAIRED = "Repaired within ten minutes; now: manage.py reconcile_livekit. If it recurs, another program changes it."


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One object, what it `does` (a predicate without names and numbers), and the remedy.

    `detail` are the values of the object that do it, for operators. `touches` are numbers of ours with the id of their
    trunk or endpoint; `everyone` means every number of the project. `with_ids` are the other objects in it, `row_id`
    the trunk or endpoint whose object it is, None for a foreign one.
    """

    code: str
    kind: ObjectKind
    livekit_id: str
    name: str
    does: str
    remedy: str
    detail: str = ""
    grave: bool = True
    row_id: UUID | None = None
    everyone: bool = False
    touches: tuple[tuple[str, UUID], ...] = ()
    with_ids: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Return whether Voxa created the object."""
        return self.row_id is not None

    @property
    def rows(self) -> frozenset[UUID]:
        """Return the names of the affected trunks and endpoints."""
        return frozenset(row for _, row in self.touches) | ({self.row_id} if self.row_id else frozenset())

    @property
    def what(self) -> str:
        """Return the whole sentence for an operator: which object, whose, what it does, and to which numbers."""
        named = f"{self.kind.label} {self.livekit_id}" + (f" (“{self.name}”)" if self.name else "")
        whose = "" if self.ours else ", not made by this Voxa,"
        others = f" The other: {', '.join(self.with_ids)}." if self.with_ids else ""
        values = f": {self.detail}" if self.detail else ""
        return f"{named}{whose} {self.does}{values}.{others}{concerned(number for number, _ in self.touches)}"

    def as_json(self) -> dict[str, Any]:
        """Return the finding in its stored form."""
        return {
            "code": self.code,
            "kind": str(self.kind),
            "id": self.livekit_id,
            "name": self.name,
            "does": self.does,
            "remedy": self.remedy,
            "detail": self.detail,
            "grave": self.grave,
            "row": str(self.row_id) if self.row_id else None,
            "everyone": self.everyone,
            "touches": [[number, str(row)] for number, row in self.touches],
            "with": list(self.with_ids),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "LintFinding":
        """Parse the output of `as_json`."""
        return cls(
            stored["code"],
            ObjectKind(stored["kind"]),
            stored["id"],
            stored["name"],
            stored["does"],
            stored["remedy"],
            stored["detail"],
            stored["grave"],
            UUID(stored["row"]) if stored["row"] else None,
            stored["everyone"],
            tuple((number, UUID(row)) for number, row in stored["touches"]),
            tuple(stored["with"]),
        )


def concerned(numbers: Iterable[str], whose: str = "") -> str:
    """Return a sentence that names the first of these numbers; empty where there are none."""
    found = list(numbers)
    shown = ", ".join(found[:3])
    more = f" and {len(found) - 3:,} more" if len(found) > 3 else ""
    return f" It concerns {whose}{shown}{more}." if found else ""


@dataclass(frozen=True)
class Snapshot:
    """LiveKit's objects, read once. `held`: our numbers (normalized), each with its row."""

    trunks: tuple[Entrance, ...]
    rules: tuple[Rule, ...]
    installation: UUID
    held: Mapping[str, UUID] = field(default_factory=dict)

    def row_of(self, one: Entrance | Rule) -> UUID | None:
        """Return the trunk or endpoint whose object this is, None for a foreign one."""
        tag = _tag(one)
        kind = ObjectKind.RULE if isinstance(one, Rule) else ObjectKind.INBOUND
        ours = tag is not None and tag.installation == self.installation and tag.kind == kind
        return tag.source_id if ours and tag else None

    def touched(self, numbers: Iterable[str]) -> tuple[tuple[str, UUID], ...]:
        """Return which of these numbers are ours, and whose row each is."""
        found = {normalized(number): number for number in numbers}
        ours = sorted((number, self.held[number]) for number in found if number in self.held)
        return tuple(ours[:MOST_NUMBERS])

    def finding(self, one: Entrance | Rule, code: str, does: str, remedy: str, **more: Any) -> LintFinding:
        """Return a finding of one object; our own objects are repaired automatically."""
        row_id = self.row_of(one)
        kind = ObjectKind.RULE if isinstance(one, Rule) else ObjectKind.INBOUND
        return LintFinding(code, kind, one.id, one.name, does, REPAIRED if row_id else remedy, row_id=row_id, **more)


def _tag(one: Entrance | Rule) -> OwnershipTag | None:
    return read_tag(one.metadata)
