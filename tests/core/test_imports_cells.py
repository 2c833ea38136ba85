"""What spreadsheets and people do to numbers in files, and which first line is a heading."""

import pytest

from voxa.core.imports.errors import FileError
from voxa.core.imports.grid import LONGEST_LINE
from voxa.core.imports.sheet import Shape, Sheet, read_sheet

SHAPE = Shape({"note": 20}, unnamed=("note",))


def read(text: str, country: str = "US") -> Sheet:
    return read_sheet(text.encode(), SHAPE, country)


def number(cell: str, country: str = "US") -> str:
    """Return the number that a cell becomes, or the code of its refusal."""
    sheet = read(f"number\n{cell}\n", country)
    return sheet.entries[0].number if sheet.entries else sheet.failures[0].code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12025550123", "+12025550123"),
        ("2025550123", "+12025550123"),
        ("2025550123.0", "+12025550123"),
        ("2025550123.00", "+12025550123"),
        ("1.2025550123E+10", "+12025550123"),
        ("1,2025550123E+10", "+12025550123"),
        ("1.2025550123e10", "+12025550123"),
        ('"12,025,550,123"', "+12025550123"),
        ("'+12025550123", "+12025550123"),
        ("\u2019+12025550123", "+12025550123"),
        ("=+12025550123", "+12025550123"),
        ('"=""+12025550123"""', "+12025550123"),
        ("\u202a+12025550123\u202c", "+12025550123"),
        ("+1\u00a0202\u00a0555\u00a00123", "+12025550123"),
        ("442079460111", "+442079460111"),
        ("4.42079460111E+11", "+442079460111"),
        ("1.20256E+10", "rounded"),
        ("1.2E+10", "rounded"),
        ("4.4208E+11", "rounded"),
        ("2025550123.5", "invalid"),
        ("-2025550123", "invalid"),
        ("#NAME?", "spreadsheet_error"),
        ("########", "spreadsheet_error"),
        ("+1 202 555 0123 ext 5", "extension"),
        ("1-800-FLOWERS", "letters"),
        ("+1202", "too_short"),
    ],
)
def test_a_cell_is_recognized_or_refused_with_the_reason(cell: str, expected: str) -> None:
    assert number(cell) == expected


def test_a_first_zero_that_is_lost_is_told_where_it_matters() -> None:
    assert number("612345678", "FR") == "+33612345678"
    assert number("698721234", "IT") == "zero_lost"
    assert number("0698721234", "IT") == "+390698721234"


@pytest.mark.parametrize(
    "heading",
    [
        "number,note", "Phone Number,Comment", "phone_number,reason", "MSISDN,notes", "Telephone,Remark", "mobile,note",
        "phoneNumber,note", "Telefonnummer,Notiz", "Número de teléfono,nota", "Téléphone,Commentaire", "E.164,note",
        "Phone Number (E.164),Note", "to,note", "Customer phone,note",
    ],
)  # fmt: skip
def test_headings_are_known_by_name(heading: str) -> None:
    sheet = read(f"{heading}\n2025550131,Moved\n")
    assert [(entry.number, entry.values) for entry in sheet.entries] == [("+12025550131", {"note": "Moved"})]


@pytest.mark.parametrize(
    "first",
    ["(202) 555-0131", "202-555-0131", "+1 202 555 0131", "tel:+12025550131", "1.2025550131E+10", "2025550131.0"],
)
def test_a_number_in_the_first_line_is_no_heading(first: str) -> None:
    assert [entry.number for entry in read(f"{first}\n+12025550132\n").entries] == ["+12025550131", "+12025550132"]


def test_a_first_line_that_is_neither_is_told() -> None:
    sheet = read("to be removed\n+12025550131\n")
    assert [(failure.line, failure.code) for failure in sheet.failures] == [(1, "letters")]


def test_cells_beyond_the_headings_and_long_notes_fail_their_row() -> None:
    sheet = read(
        f"number,note,\n+12025550131,a,b\n+12025550132,a,b,c\n+12025550133,{'x' * 21}\n+12025550134,,\n,only\n"
    )
    codes = [failure.code for failure in sheet.failures]
    assert codes == ["extra_cell", "extra_cell", "max_length", "required"]
    assert [entry.number for entry in sheet.entries] == ["+12025550134"]


def test_dates_and_short_digits_beside_a_number_are_its_note() -> None:
    sheet = read("+12025550131,2026-11-28\n+12025550132,20261128\n+12025550133,42\n28.11.2026,+12025550134\n")
    assert [entry.values["note"] for entry in sheet.entries] == ["2026-11-28", "20261128", "42", "28.11.2026"]


def test_a_quoted_cell_of_several_lines_is_one_cell_unless_it_swallows_a_number() -> None:
    sheet = read('+12025550131,"two\nlines"\n+12025550132,"open\n+12025550133,"\n+12025550134\n')
    assert [(entry.line, entry.number) for entry in sheet.entries] == [(1, "+12025550131"), (5, "+12025550134")]
    assert [(failure.line, failure.code) for failure in sheet.failures] == [(3, "quote"), (4, "quote")]


def test_excels_own_first_line_names_the_delimiter() -> None:
    assert read("sep=;\nnumber;note\n2025550131;a,b\n").entries[0].values == {"note": "a,b"}


def test_bounds_of_a_file_are_told() -> None:
    with pytest.raises(FileError, match="more than 2 rows"):
        read_sheet(b"+12025550131\n" * 4, SHAPE, "US", most_rows=2)
    assert read("+12025550131\n" + "1" * (LONGEST_LINE + 1)).failures[0].line == 2
