"""Split a file's text into rows of cells. Quoting is strict: an unclosed quote does not swallow rows."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from voxa.core.imports.cells import looks_like_number
from voxa.core.imports.headings import is_heading_word

DELIMITERS = (",", ";", "\t", "|")
LONGEST_QUOTED = 50  # lines that one quoted cell takes, at most
_NEW_LINE = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r"sep=([,;\t|])", re.IGNORECASE)  # Excel's own first line
_SAMPLE = 500  # lines that are looked at for the delimiter
LONGEST_LINE = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `line` counts from 1; `error` is why its cells are unreliable."""

    line: int
    cells: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows that are not empty, and the detected delimiter."""

    rows: tuple[Row, ...]
    delimiter: str


def read_grid(text: str) -> Grid:
    """Split a text into rows and cells; each line that is not empty is in exactly one row."""
    lines = _NEW_LINE.split(text.removeprefix("\ufeff"))
    first = 0
    directive = _DIRECTIVE.fullmatch(lines[0].strip(" \"'"))
    if directive:
        first = 1
    delimiter = directive[1] if directive else find_delimiter(lines[:_SAMPLE])
    return Grid(tuple(row for row in _rows(lines, first, delimiter) if row.error or any(row.cells)), delimiter)


def find_delimiter(lines: Sequence[str]) -> str:
    """Return which of `,` `;` tab `|` separates the cells: the one by which most headings and numbers stand alone."""
    return max(DELIMITERS, key=lambda delimiter: _score(lines, delimiter))


def _score(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    known = separated = 0
    for place, line in enumerate(line for line in lines if len(line) <= LONGEST_LINE):
        cells = [clean(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
        separated += len(cells) > 1
        known += sum(looks_like_number(cell) or (place == 0 and is_heading_word(cell)) for cell in cells)
    return known, separated


def _rows(lines: Sequence[str], place: int, delimiter: str) -> Iterator[Row]:
    while place < len(lines):
        if len(lines[place]) > LONGEST_LINE:
            yield Row(place + 1, (lines[place][:100],), f"The line has more than {LONGEST_LINE:,} characters.")
            place += 1
            continue
        cells, taken = _record(lines, place, delimiter)
        if cells is None:
            plain = tuple(clean(cell) for cell in lines[place].split(delimiter))
            words = "A quote is opened and not closed as CSV asks for. Close it, or double quotes inside a cell."
            yield Row(place + 1, plain, words)
            taken = 1
        else:
            yield Row(place + 1, tuple(clean(cell) for cell in cells))
        place += taken


def _record(lines: Sequence[str], place: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Return the cells of the record that begins at a line and how many lines it takes; None where quotes are wrong."""
    if '"' not in lines[place]:
        return lines[place].split(delimiter), 1
    for taken in range(1, min(LONGEST_QUOTED, len(lines) - place) + 1):
        if taken > 1 and _begins_a_row(lines[place + taken - 1], delimiter):
            return None, 1
        text = "\n".join(lines[place : place + taken])
        try:
            records = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                continue
            return None, 1
        return (records[0], taken) if len(records) == 1 else (None, 1)
    return None, 1


def _begins_a_row(line: str, delimiter: str) -> bool:
    """Return whether a line that a quote would swallow holds a number of its own."""
    return any(looks_like_number(clean(cell.strip('"'))) for cell in line.split(delimiter))


def clean(cell: str) -> str:
    """Return a cell without the space around it and the invisible characters that copying leaves."""
    return cell.translate(_INVISIBLE).strip()


_INVISIBLE = {
    0x00A0: " ",
    0x202F: " ",
    **dict.fromkeys((0xFEFF, 0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))),
}
