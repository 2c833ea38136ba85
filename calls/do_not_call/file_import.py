"""Preview and import of a do-not-call file."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from accounts.models import Workspace
from calls.do_not_call.entries import CHUNK, NOBODY, NOTE_LENGTH, Origin, store
from calls.do_not_call.erased_numbers import listed_as
from calls.models import DoNotCall
from voxa.core.imports.report import Report, report
from voxa.core.imports.sheet import Shape, read_sheet

SHAPE = Shape({"note": NOTE_LENGTH}, unnamed=("note",))


def check_file(workspace: Workspace, data: bytes) -> Report:
    """Return the preview of a file's import, without changes. Raise `FileError` for an unreadable file."""
    sheet = read_sheet(data, SHAPE, workspace.country)
    return report(sheet, _known(workspace, {entry.number for entry in sheet.entries}))


@transaction.atomic
def import_file(workspace: Workspace, data: bytes, origin: Origin = NOBODY, *, valid_rows_only: bool = False) -> Report:
    """Add the numbers of a file: all of them, or none if a row fails, unless `valid_rows_only`.

    `failed` of the report shows which. Raise `FileError` for an unreadable file.
    """
    found = check_file(workspace, data)
    if valid_rows_only or not found.failed:
        store(workspace, {entry.number: entry.values.get("note", "") for entry in found.new}, origin)
    return found


def _known(workspace: Workspace, numbers: Iterable[str]) -> set[str]:
    """Return the numbers that are listed, including as the hash of an erased number."""
    known = set[str]()
    for chunk in _chunks(numbers):
        spellings = {spelling: number for number in chunk for spelling in listed_as(number)}
        rows = DoNotCall.objects.filter(workspace=workspace, number__in=list(spellings))
        known |= {spellings[found] for found in rows.values_list("number", flat=True)}
    return known


def _chunks(numbers: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(numbers)
    while chunk := list(islice(rest, CHUNK // 2)):
        yield chunk
