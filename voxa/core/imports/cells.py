"""Repair numbers damaged by spreadsheets: scientific notation, rounding, a missing plus, an apostrophe."""

import re
from decimal import Decimal

from voxa.core.imports.errors import CellError

_SCIENTIFIC = re.compile(r"([+-]?\d(?:[.,]\d+)?)[eE]\+?(\d{1,2})")
_FRACTION = re.compile(r"(\+?\d{5,})[.,](\d+)")
_NUMBER_LIKE = re.compile(r"[+(\d][\d\s().\-/+\u2010-\u2015\u2212]*", re.ASCII)
_BEFORE = re.compile(r"^['\"=\u2018\u2019]*(?:(?:tel|sips?|callto):)?\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"[\s,;]*(?:ext|x|extension)\.?\s*\d+$|;ext=\d+$", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:\d{4}|\d{2})")
_ERRORS = re.compile(r"#+(?:NAME\?|VALUE!|REF!|NUM!|N/A|DIV/0!|NULL!|ERROR!|SPILL!|CALC!)?", re.IGNORECASE)
FEWEST_DIGITS = 7
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a cell begins with that a spreadsheet would run


def looks_like_number(cell: str) -> bool:
    """Return whether a cell is meant to be a phone number, valid or not, rather than a word or a date."""
    text = _EXTENSION.sub("", _BEFORE.sub("", cell)).rstrip("'\" ")
    if _SCIENTIFIC.fullmatch(text):
        return True
    if _DATE.fullmatch(text) or not _NUMBER_LIKE.fullmatch(text):
        return False
    digits = sum(letter.isdigit() for letter in text)
    return digits >= FEWEST_DIGITS or (digits > 0 and text.startswith("+"))


def number_text(cell: str) -> str:
    """Return the number that a spreadsheet converted to a quantity.

    Raises CellError where digits are lost: a guess would be somebody else's number.
    """
    text = cell.strip().lstrip("'\u2018\u2019`").strip()
    if text.startswith("="):
        text = text[1:].strip().strip('"').strip()
    if _ERRORS.fullmatch(text):
        raise CellError("spreadsheet_error", "The spreadsheet shows an error here, not a number. Enter it as text.")
    if found := _SCIENTIFIC.fullmatch(text):
        return _written_out(found[1].replace(",", "."), int(found[2]))
    if found := _FRACTION.fullmatch(text):
        if found[2].strip("0"):
            raise CellError("invalid", "A telephone number has no fraction. Format the column as text.")
        return found[1]
    if text.startswith("-") and text[1:].replace(".", "").isdigit():
        raise CellError("invalid", "A telephone number is not negative. The spreadsheet may have calculated with it.")
    return text.replace(",", "").partition(".")[0] if _GROUPED.fullmatch(text) else text


def _written_out(mantissa: str, exponent: int) -> str:
    """Return all digits of a number in scientific notation, if all of them are there."""
    decimals = len(mantissa.partition(".")[2])
    if decimals < exponent:
        raise CellError(
            "rounded",
            f"The spreadsheet shortened this number to {decimals + 1} digits. Format the column as text and enter "
            "the number again.",
        )
    value = Decimal(mantissa).scaleb(exponent)
    if value != value.to_integral_value() or value < 0:
        raise CellError("invalid", "A telephone number has no fraction. Format the column as text.")
    return str(int(value))


def neutral(cell: str) -> str:
    """Return a cell that a spreadsheet displays instead of evaluating."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def plain(cell: str) -> str:
    """Return a cell without the apostrophe that `neutral`, or a spreadsheet, put before it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULAS) else cell
