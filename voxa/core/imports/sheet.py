"""A parsed file of numbers: the numbers of the valid rows, and the rejected rows with reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from voxa.core.imports.cells import looks_like_number, number_text, plain
from voxa.core.imports.errors import CellError, FileError
from voxa.core.imports.files import read_text
from voxa.core.imports.grid import Row, read_grid
from voxa.core.imports.headings import NUMBER, name_columns
from voxa.core.phone_numbers import NumberError, canonical, is_valid, or_none

MOST_ROWS = 100_000
OWN = ("import line", "import error")  # columns that Voxa adds to the file of rejected rows


@dataclass(frozen=True)
class Shape:
    """The columns of a list beside the number, with their maximum length, and those that need no heading."""

    columns: Mapping[str, int]
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A number to be imported: the cell as it was, its canonical form, and the row's other cells by column."""

    line: int
    given: str
    number: str
    values: Mapping[str, str]
    cells: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return self.given != self.number


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that is not imported, with the reason. `numbers`: how many numbers it contains, at least 1."""

    line: int
    cells: tuple[str, ...]
    code: str
    message: str
    numbers: int = 1


@dataclass(frozen=True)
class Sheet:
    """A file's contents. `ignored`: the headings of columns that are not imported."""

    rows: int
    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    heading: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    shape: Shape = field(default_factory=lambda: Shape({}))

    def failing(self, reasons: Mapping[int, CellError]) -> "Sheet":
        """Return the sheet with the rows of these lines among the failures, whole."""
        lost: dict[int, list[Entry]] = {}
        for entry in self.entries:
            if entry.line in reasons:
                lost.setdefault(entry.line, []).append(entry)
        more = [_failure(line, of[0].cells, reasons[line], len(of)) for line, of in lost.items()]
        kept = tuple(entry for entry in self.entries if entry.line not in reasons)
        failures = sorted((*self.failures, *more), key=lambda failure: failure.line)
        return replace(self, entries=kept, failures=tuple(failures))


def read_sheet(data: bytes, shape: Shape, country: str | None, most_rows: int = MOST_ROWS) -> Sheet:
    """Read a file. `country` (two letters) reads numbers that are written without a country code.

    Raises FileError for what is no list at all; what is wrong with a row is among its failures.
    """
    found = read_text(data)
    grid = read_grid(found.text)
    if len(grid.rows) > most_rows + 1:
        words = f"The file has more than {most_rows:,} rows. Split it, and import the parts one after the other."
        raise FileError("too_many_rows", words)
    if not grid.rows:
        raise FileError("empty", "There is no number in it: the file is empty.")
    columns = _columns(grid.rows, shape)
    rows = grid.rows if columns is None else grid.rows[1:]
    if not rows:
        raise FileError("empty", "There is no number in it, only a heading.")
    heading = () if columns is None else grid.rows[0].cells
    reader = _Reader(shape, country, heading, columns)
    entries, failures = reader.read(rows)
    ignored = tuple(
        name for name, column in zip(heading, columns or (), strict=True) if name and column is None and name not in OWN
    )
    return Sheet(len(rows), entries, failures, heading, ignored, found.encoding, grid.delimiter, shape)


def _columns(rows: Sequence[Row], shape: Shape) -> list[str | None] | None:
    """Return the column of each cell as the first row names them, None where it is no heading."""
    first = rows[0]
    if first.error or any(looks_like_number(cell) for cell in first.cells):
        return None
    columns = name_columns(first.cells, (NUMBER, *shape.columns))
    if not any(columns):
        return None
    if NUMBER not in columns:
        columns = _by_content(columns, rows[1:])
    if NUMBER not in columns and len(rows) > 1:
        words = "No heading of the first line names the column of numbers. Call it “number”."
        raise FileError("no_number_column", words)
    return columns


def _by_content(columns: list[str | None], rows: Sequence[Row]) -> list[str | None]:
    """Return the columns, with one among the unnamed that mostly holds numbers as the numbers."""
    for place, name in enumerate(columns):
        cells = [row.cells[place] for row in rows[:100] if len(row.cells) > place and row.cells[place]]
        if name is None and cells and sum(map(looks_like_number, cells)) * 2 > len(cells):
            return [*columns[:place], NUMBER, *columns[place + 1 :]]
    return columns


@dataclass(frozen=True)
class _Reader:
    shape: Shape
    country: str | None
    heading: Sequence[str]
    columns: Sequence[str | None] | None

    def read(self, rows: Sequence[Row]) -> tuple[tuple[Entry, ...], tuple[Failure, ...]]:
        entries: list[Entry] = []
        failures: list[Failure] = []
        for row in rows:
            try:
                entries += self._entries(row)
            except CellError as error:
                failures.append(_failure(row.line, row.cells, error, sum(map(looks_like_number, row.cells))))
        return tuple(entries), tuple(failures)

    def _entries(self, row: Row) -> list[Entry]:
        if row.error:
            raise CellError("quote", row.error)
        found, values = list[tuple[str, str]](), dict[str, str]()
        for name, cell in self._named(row) if self.columns is not None else self._found(row):
            if name == NUMBER:
                found.append((self._canonical(cell), cell))
            elif len(cell) > (most := self.shape.columns[name]):
                raise CellError("max_length", f"The {name.replace('_', ' ')} has more than {most} characters.")
            else:
                values[name] = plain(cell)
        if not found:
            raise CellError("required", "The row has no number.")
        return [Entry(row.line, cell, number, values, row.cells) for number, cell in found]

    def _named(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield the cells of a row with the columns that the heading names."""
        columns = self.columns or ()
        for place, cell in enumerate(row.cells):
            if not cell:
                continue
            if place >= len(columns) or not self.heading[place]:
                words = f"Cell {place + 1} has no heading. If it belongs to the cell before, put that in double quotes."
                raise CellError("extra_cell", words)
            if name := columns[place]:
                yield name, cell

    def _found(self, row: Row) -> Iterator[tuple[str, str]]:
        """Yield the cells of a row without a heading: numbers by their looks, other text in its order."""
        cells = [(place, cell) for place, cell in enumerate(row.cells) if cell]
        first = next((place for place, cell in cells if looks_like_number(cell)), cells[0][0])
        texts = list(self.shape.unnamed)
        for place, cell in cells:
            if place == first or (looks_like_number(cell) and self._is_number(cell)):
                yield NUMBER, cell
            elif texts:
                yield texts.pop(0), cell
            else:
                words = f"Cell {place + 1} has no place. Name the columns in the first line, or leave it out."
                raise CellError("extra_cell", words)

    def _is_number(self, cell: str) -> bool:
        """Return whether a further cell is a number rather than digits of a note; what has a + is meant as one."""
        if cell.lstrip("'").startswith(("+", "tel:")):
            return True
        try:
            self._canonical(cell)
        except CellError:
            return False
        return True

    def _canonical(self, cell: str) -> str:
        text = number_text(cell)
        try:
            number = canonical(text, self.country, plus_may_be_lost=True)
        except NumberError as error:
            raise CellError(error.code, error.message) from None
        if text.isdigit() and text[0] != "0" and not is_valid(number):
            self._refuse_lost_zero(text)
        return number

    def _refuse_lost_zero(self, text: str) -> None:
        """Raise CellError for digits that are a number only with the 0 that a spreadsheet leaves out."""
        whole = or_none(f"0{text}", self.country)
        if whole is not None and is_valid(whole):
            words = f"The first 0 is lost. If {whole} is meant, write that."
            raise CellError("zero_lost", words)


def _failure(line: int, cells: tuple[str, ...], error: CellError, numbers: int) -> Failure:
    return Failure(line, cells, error.code, error.message, max(numbers, 1))
