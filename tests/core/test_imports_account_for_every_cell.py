"""Any grid of cells, written as CSV with any delimiter, encoding and line end, is accounted for cell by cell."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from voxa.core.imports.errors import FileError
from voxa.core.imports.report import bad_rows, report
from voxa.core.imports.sheet import Shape, Sheet, read_sheet

SHAPE = Shape({"note": 200}, unnamed=("note",))
NUMBERS = [f"+1202555{n:04d}" for n in range(100, 140)]
SPELLINGS = (
    "{0}",
    "{0}.0",
    "({1}) {2}-{3}",
    "{1}{2}{3}",
    "001{1}{2}{3}",
    "'{0}",
    "tel:{0}",
    "1.{1}{2}{3}E+10",
    "1{1}{2}{3}",
)
spelled = st.tuples(st.sampled_from(NUMBERS), st.sampled_from(SPELLINGS)).map(
    lambda pair: (pair[0], pair[1].format(pair[0], pair[0][2:5], pair[0][5:8], pair[0][8:]))
)
words = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc", "Cf", "Zs", "Nd"]), min_size=1, max_size=12
).filter(lambda text: not text.startswith(("+", "'", "=", "-", "@")) and text == text.strip())
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
delimiters = st.sampled_from(",;\t|")


def write(rows: list[list[str]], delimiter: str, encoding: str, end: str) -> bytes:
    out = StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding, errors="replace")


def try_to_read(data: bytes) -> Sheet | None:
    try:
        return read_sheet(data, SHAPE, "US")
    except FileError:
        return None


@given(
    st.lists(st.tuples(spelled, st.one_of(st.just(""), words)), min_size=1, max_size=8),
    st.booleans(),
    delimiters,
    encodings,
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_list_under_headings_comes_in_whole(
    rows: list[tuple[tuple[str, str], str]], swapped: bool, delimiter: str, encoding: str, end: str
) -> None:
    grid = [["number", "note"], *[[given, note] for (_, given), note in rows]]
    grid = [line[::-1] for line in grid] if swapped else grid
    sheet = read_sheet(write(grid, delimiter, encoding, end), SHAPE, "US")
    assert (sheet.failures, sheet.delimiter) == ((), delimiter)
    assert [(entry.number, entry.values.get("note", "")) for entry in sheet.entries] == [
        (number, note) for (number, _), note in rows
    ]


@given(st.lists(st.lists(spelled, min_size=1, max_size=3), min_size=1, max_size=8), delimiters, encodings)
def test_every_number_of_a_row_without_a_heading_comes_in(
    rows: list[list[tuple[str, str]]], delimiter: str, encoding: str
) -> None:
    grid = [[given for _, given in row] for row in rows]
    sheet = read_sheet(write(grid, delimiter, encoding, "\n"), SHAPE, "US")
    assert sheet.failures == ()
    assert [entry.number for entry in sheet.entries] == [number for row in rows for number, _ in row]


@given(st.lists(st.lists(st.text(max_size=20), max_size=5), max_size=8), delimiters, st.sampled_from(["\n", "\r\n"]))
def test_the_figures_add_up_for_any_grid_at_all(grid: list[list[str]], delimiter: str, end: str) -> None:
    data = write(grid, delimiter, "utf-8", end)
    sheet = try_to_read(data)
    if sheet is None:
        return
    found = report(sheet, {entry.number for entry in sheet.entries[::2]})
    assert found.numbers == len(found.new) + found.known + found.duplicates + found.failed
    lines = {entry.line for entry in sheet.entries} | {failure.line for failure in sheet.failures}
    assert len(lines) == sheet.rows
    assert {entry.line for entry in sheet.entries}.isdisjoint(failure.line for failure in sheet.failures)
    if sheet.failures:
        assert len(list(csv.reader(StringIO(bad_rows(sheet))))) == len(sheet.failures) + 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_an_error_in_words(data: bytes) -> None:
    sheet = try_to_read(data)
    assert sheet is None or sheet.rows >= 1
