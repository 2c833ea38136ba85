"""How a carrier writes the number called, and which of a trunk's numbers it means. Pure."""

from collections.abc import Iterable

import phonenumbers

from telephony.choices import CalledNumberFormat


def spellings(number: str, form: str) -> tuple[str, ...]:
    """Return what a number in E.164 is called in this form, its own spelling first where LiveKit tells them apart.

    LiveKit compares numbers with and without `+` as the same, but not `00` and not national forms.
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
    """Return which of the numbers a call is for, None for none of them."""
    plain = called.removeprefix("+")
    for number in numbers:
        if plain in {spelling.removeprefix("+") for spelling in spellings(number, form)}:
            return number
    return None


def _national(number: str) -> str:
    """Return a number as it is dialled inside its country, empty where no plan knows it."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(filter(str.isdigit, text))
    return "" if digits == number.removeprefix("+") else digits
