"""Whom a workspace never calls: adding and removing, from the API, the admin and files."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO

from django.core.exceptions import ValidationError

from accounts.models import ApiKey, User, Workspace
from calls.choices import ListedBy
from calls.models import DoNotCall
from calls.suppression import listed_as
from telephony.services.errors import Problems
from telephony.validators import validate_e164

CHUNK = 1_000
MOST_FINDINGS = 100  # of a file: whoever mends it starts at the top
NOTE_LENGTH = 200


@dataclass(frozen=True)
class Origin:
    """Who puts numbers on the list, and how: kept with each of them."""

    how: ListedBy = ListedBy.UNKNOWN
    person: User | None = None
    key: ApiKey | None = None


NOBODY = Origin()


@dataclass(frozen=True)
class Added:
    """How many numbers are new on the list, and how many stood there before."""

    added: int
    known: int


def add_numbers(
    workspace: Workspace,
    numbers: Iterable[str],
    note: str = "",
    *,
    origin: Origin = NOBODY,
    problems: Problems | None = None,
) -> Added:
    """Add numbers to a workspace's list; one that is there stays as it is.

    Raises ValidationError naming each wrong one as `numbers[3]`, and adds none then.
    """
    problems = Problems() if problems is None else problems
    notes: dict[str, str] = {}
    for place, number in enumerate(numbers):
        _check(problems, f"numbers[{place}]", number)
        notes[number] = note
    if len(note) > NOTE_LENGTH:
        problems.add("note", f"A note takes at most {NOTE_LENGTH} characters.", "max_length")
    problems.raise_any()
    return _store(workspace, notes, origin)


def import_csv(workspace: Workspace, text: str, origin: Origin = NOBODY) -> Added:
    """Add the numbers of a CSV file: a number a line, a note after a comma if wanted, a heading if wanted.

    Raises ValidationError naming each wrong line as `line 3`, and adds none then.
    """
    problems, notes = Problems(), dict[str, str]()
    try:
        for line, number, note in _lines(text):
            _check(problems, f"line {line}", number)
            if len(note) > NOTE_LENGTH:
                problems.add(f"line {line}", f"A note takes at most {NOTE_LENGTH} characters.", "max_length")
            notes.setdefault(number, note)
            if len(problems) == MOST_FINDINGS:
                break
    except csv.Error as error:
        raise ValidationError(f"This is no CSV: {error}.", code="csv") from error
    problems.raise_any()
    if not notes:
        raise ValidationError("There is no number in it.", code="empty")
    return _store(workspace, notes, origin)


def remove_number(workspace: Workspace, number: str) -> bool:
    """Take a number off the list, and say whether it was there."""
    return bool(DoNotCall.objects.filter(workspace=workspace, number__in=listed_as(number)).delete()[0])


def _lines(text: str) -> Iterable[tuple[int, str, str]]:
    """Give line, number and note of each line that is neither empty nor the heading."""
    rows = csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=_delimiter(text))
    heading = True
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        is_number = cells[0].lstrip("+").isdigit()
        if is_number or not heading:
            yield rows.line_num, cells[0], cells[1] if len(cells) > 1 else ""
        heading = False


def _delimiter(text: str) -> str:
    """Tell the two that spreadsheets write apart by the first line."""
    first = text.partition("\n")[0]
    return ";" if ";" in first and "," not in first else ","


def _check(problems: Problems, path: str, number: str) -> None:
    try:
        validate_e164(number)
    except ValidationError as error:
        problems.add(path, error)


def _store(workspace: Workspace, notes: Mapping[str, str], origin: Origin) -> Added:
    numbers, added = list(notes), 0
    who = {"listed_by": origin.how, "added_by": origin.person, "added_with": origin.key}
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        there = DoNotCall.objects.filter(workspace=workspace, number__in=chunk).values_list("number", flat=True)
        known = set(there)
        rows = [DoNotCall(workspace=workspace, number=one, note=notes[one], **who) for one in chunk if one not in known]
        DoNotCall.objects.bulk_create(rows, ignore_conflicts=True)
        added += len(rows)
    return Added(added, len(numbers) - added)
