"""Import a carrier's numbers and report the result of each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction

from telephony.carriers.registry import CarrierNumber
from telephony.models import PhoneNumber, TelephonySettings, Trunk
from telephony.services.errors import Conflict
from telephony.services.numbers import add_number
from telephony.validators import validate_e164
from voxa.core.phone_numbers import or_none

TOGETHER = 100  # numbers per transaction, which triggers one sync


class Result(StrEnum):
    """The result of one number."""

    ADDED = "added"
    THERE = "there"
    ELSEWHERE = "elsewhere"
    NOT_READY = "not ready"
    TAKEN = "taken"
    REFUSED = "refused"


FAILURES = frozenset({Result.TAKEN, Result.REFUSED})


@dataclass(frozen=True, slots=True)
class Line:
    """A number of the carrier, its result and a message."""

    number: str
    result: Result
    words: str = ""


def import_numbers(
    trunk: Trunk,
    found: Sequence[CarrierNumber],
    *,
    dry_run: bool = False,
    on_done: Callable[[], None] = lambda: None,
) -> list[Line]:
    """Add the carrier's numbers to a trunk. Existing ones are not changed; a failed one does not stop the others.

    The result of a taken number does not name its owner. With `dry_run` nothing is written.
    """
    lines = []
    for group in _groups([_canonical(one, trunk.number_country) for one in found]):
        with transaction.atomic():
            known = _known(trunk, group)
            for one in group:
                lines.append(_bring(trunk, one, known, dry_run=dry_run))
                on_done()
    return lines


def summary(lines: Iterable[Line]) -> str:
    """Return counts by result, such as `3 added, 1 taken`."""
    results = [line.result for line in lines]
    counts = [(results.count(result), result) for result in Result]
    return ", ".join(f"{count} {result}" for count, result in counts if count) or "no numbers"


def _canonical(one: CarrierNumber, country: str) -> CarrierNumber:
    """Return the number in canonical form. An invalid one is returned unchanged, to be rejected later."""
    return replace(one, number=or_none(one.number, country, plus_may_be_lost=True) or one.number)


def _groups(found: Sequence[CarrierNumber]) -> Iterable[Sequence[CarrierNumber]]:
    """Yield batches of distinct numbers."""
    unique = list({one.number: one for one in found}.values())
    return (unique[start : start + TOGETHER] for start in range(0, len(unique), TOGETHER))


def _known(trunk: Trunk, group: Sequence[CarrierNumber]) -> dict[str, PhoneNumber]:
    """Return the rows of numbers that exist in the LiveKit project."""
    project = TelephonySettings.of(trunk.workspace_id).project
    rows = PhoneNumber.objects.filter(project=project, number__in=[one.number for one in group])
    return {row.number: row for row in rows.select_related("trunk").defer("trunk__auth_password")}


def _bring(trunk: Trunk, one: CarrierNumber, known: dict[str, PhoneNumber], *, dry_run: bool) -> Line:
    row = known.get(one.number)
    if row is not None:
        return _existing(trunk, row)
    if one.problem:
        return Line(one.number, Result.NOT_READY, one.problem)
    try:
        if dry_run:
            validate_e164(one.number)
        else:
            add_number(trunk, one.number, label=one.label)
    except ValidationError as error:
        return Line(one.number, Result.REFUSED, " ".join(error.messages))
    except Conflict as error:
        return Line(one.number, Result.TAKEN, error.message)
    return Line(one.number, Result.ADDED)


def _existing(trunk: Trunk, row: PhoneNumber) -> Line:
    if row.trunk_id == trunk.pk:
        return Line(row.number, Result.THERE)
    if row.workspace_id == trunk.workspace_id:
        return Line(row.number, Result.ELSEWHERE, f"It stays on trunk {row.trunk.name}.")
    return Line(row.number, Result.TAKEN, "This number is already in use on this LiveKit server.")
