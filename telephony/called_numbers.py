"""Formats of called numbers, and matching them to a trunk's numbers. Pure."""

from collections.abc import Iterable

import phonenumbers

from telephony.choices import CalledNumberFormat


def spellings(number: str, form: str) -> tuple[str, ...]:
    """Return the spellings of an E.164 number in this format; E.164 itself comes first where LiveKit tells them apart.

    LiveKit treats numbers with and without `+` as equal, but not `00` or national formats.
    """
    digits = number.removeprefix("+")
    if form == CalledNumberFormat.DIGITS:
        return (digits,)
    if form == CalledNumberFormat.DOUBLE_ZERO:
        return (number, f"00{digits}")
    if form == CalledNumberFormat.NATIONAL and (national := _national(number)):
        return (number, national)
    return (number,)


def all_spellings(numbers: Iterable[str], form: str) -> tuple[str, ...]:
    """Return the spellings of several numbers, each once."""
    return tuple(dict.fromkeys(spelling for number in numbers for spelling in spellings(number, form)))


def number_called(called: str, numbers: Iterable[str], form: str) -> str | None:
    """Return the number that a call is for, or None."""
    plain = called.removeprefix("+")
    for number in numbers:
        if plain in {spelling.removeprefix("+") for spelling in spellings(number, form)}:
            return number
    return None


def _national(number: str) -> str:
    """Return a number in national format, or "" if no numbering plan has it."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(filter(str.isdigit, text))
    return "" if digits == number.removeprefix("+") else digits
