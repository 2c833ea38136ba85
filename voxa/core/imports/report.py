"""The result of an import as consistent counts, and the file of its rejected rows."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

import tablib

from voxa.core.imports.cells import neutral
from voxa.core.imports.headings import NUMBER
from voxa.core.imports.sheet import OWN, Entry, Sheet


@dataclass(frozen=True)
class Report:
    """The result as counts: `numbers` is the sum of `added`, `known`, `duplicates` and `failed`.

    `known` are on the list already, `duplicates` are in the file more than once. In a preview nothing is added yet.
    """

    sheet: Sheet
    new: tuple[Entry, ...]
    known: int
    duplicates: int

    @property
    def failed(self) -> int:
        return sum(failure.numbers for failure in self.sheet.failures)

    @property
    def numbers(self) -> int:
        return len(self.sheet.entries) + self.failed

    @property
    def changes(self) -> list[Entry]:
        return [entry for entry in self.sheet.entries if entry.changed]


def report(sheet: Sheet, known: Container[str]) -> Report:
    """Return the result for a sheet's numbers, of which some are `known` already. The first of duplicates counts."""
    new, there = dict[str, Entry](), set[str]()
    duplicates = 0
    for entry in sheet.entries:
        if entry.number in new or entry.number in there:
            duplicates += 1
        elif entry.number in known:
            there.add(entry.number)
        else:
            new[entry.number] = entry
    return Report(sheet, tuple(new.values()), len(there), duplicates)


def bad_rows(sheet: Sheet) -> str:
    """Return the rows that fail as CSV, each with its line and the reason, to be corrected and imported again."""
    width = max((len(failure.cells) for failure in sheet.failures), default=0)
    names = [*(sheet.heading or (NUMBER, *sheet.shape.unnamed))]
    width = max(width, len(names))
    names += [f"cell {place + 1}" for place in range(len(names), width)]
    rows = [
        [*map(neutral, failure.cells), *[""] * (width - len(failure.cells)), str(failure.line), failure.message]
        for failure in sheet.failures
    ]
    table = tablib.Dataset(*rows, headers=[*map(neutral, names), *OWN])
    return str(table.export("csv"))


def figures(found: Report) -> Mapping[str, int]:
    """Return the figures by name."""
    return {
        "rows": found.sheet.rows,
        "numbers": found.numbers,
        "added": len(found.new),
        "known": found.known,
        "duplicates": found.duplicates,
        "failed": found.failed,
    }
