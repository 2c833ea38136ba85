"""The canonical form of phone numbers: E.164, for any input format.

Numbering plans come from Google's libphonenumber. A number in no plan keeps its digits: test numbers and
new ranges are stored and compared like others. Whether one may be called is another question (`numbering_plans`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from voxa.core.number_text import EXAMPLE, Digits, NumberError, ascii_text, fail, read_digits

__all__ = ["E164", "NumberError", "caller", "canonical", "is_canonical", "is_valid", "or_none", "same"]

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_ROUNDS = 8  # how often a number is settled anew; two are the most any plan needs
# Prefixes and lengths that a plan has given up, and what the number is called today. Sources: the regulators' notices.
_RENUMBERED: dict[int, tuple[tuple[str, str], ...]] = {
    52: ((r"(?:1|01|044|045)(\d{10})", r"\1"),),  # Mexico, August 2019: nothing is dialed before the ten digits
    55: ((r"(\d\d)([6-9]\d{7})", r"\g<1>9\2"),),  # Brazil, 2016: mobile numbers begin with a 9
    57: ((r"([1-8]\d{7})", r"60\1"), (r"0?3([1-8]\d{7})", r"60\1")),  # Colombia, September 2021
    225: (  # Côte d'Ivoire, January 2021: the operator's two digits before the eight
        (r"([04-9][0-3]\d{6})", r"01\1"),
        (r"([04-9][4-6]\d{6})", r"05\1"),
        (r"([04-9][7-9]\d{6})", r"07\1"),
        (r"([23]\d8\d{5})", r"21\1"),
        (r"([23]\d0\d{5})", r"25\1"),
        (r"([23]\d{7})", r"27\1"),
    ),
    229: ((r"(\d{8})", r"01\1"),),  # Benin, November 2024
}
_WITHHELD = re.compile(
    r"anonymous|restricted|unavailable|unknown|private|withheld|blocked|hidden|suppressed|invalid|none|null|nil|"
    r"(?:number|caller(?:id)?|callerid|name)?(?:withheld|private|unknown|unavailable|restricted|blocked|hidden)"
    r"(?:number|caller|callerid|name)?|nocallerid|nonumber|idwithheld|idunavailable|outofarea|notavailable|na|"
    r"coinline(?:payphone)?|payphone|interactionwithotherservice|0+"
)
# What a carrier sends in a number's place: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE spelled on the keys.
# Source: Twilio, "Incoming calls with a withheld caller ID".
_SPELLED = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})


def canonical(text: str, country: str | None = None, *, plus_may_be_lost: bool = False) -> str:
    """Return the E.164 form of a number in any common format.

    `country` (two letters) reads what is written without a country code. With `plus_may_be_lost`, digits that are no
    number of that country and would be one behind a `+` are read so: carriers and spreadsheets leave it out. Raises
    NumberError with the reason.
    """
    if E164.fullmatch(text):  # means the same everywhere: read once
        return _canonical(text, None, False)
    return _canonical(text, (country or "").upper() or None, plus_may_be_lost)


def or_none(text: str, country: str | None = None, *, plus_may_be_lost: bool = False) -> str | None:
    """Return the E.164 form, or None for anything but a number."""
    try:
        return canonical(text, country, plus_may_be_lost=plus_may_be_lost)
    except NumberError:
        return None


def is_canonical(text: str) -> bool:
    """Return whether a text is its own canonical form."""
    return bool(E164.fullmatch(text)) and or_none(text) == text


def same(a: str, b: str, country: str | None = None) -> bool:
    """Return whether two texts are the same number."""
    first = or_none(a, country)
    return first is not None and first == or_none(b, country)


def search_terms(text: str, countries: Iterable[str] = ()) -> set[str]:
    """Return digits to look for within canonical numbers, for a number or a part of one in any spelling.

    A whole number comes in the reading of each of the countries; of a part, a trunk prefix may be left out.
    """
    digits = re.sub(r"[^0-9]", "", ascii_text(text))
    if not digits:
        return set()
    whole = {or_none(text, country, plus_may_be_lost=True) for country in (None, *countries)} - {None}
    shorter = re.sub(r"^(?:00|011|0)", "", digits)
    return {str(number).removeprefix("+") for number in whole} or {digits, *({shorter} if len(shorter) > 2 else set())}


def caller(text: str, country: str | None = None) -> str:
    """Return who calls: the canonical number, `""` where it is withheld, else the name or extension that came.

    `country` is where the trunk is: carriers send national forms.
    """
    found = text.strip()
    if is_withheld(found):
        return ""
    return or_none(found, country, plus_may_be_lost=True) or found


def is_withheld(text: str) -> bool:
    """Return whether a caller's address is one of the words for a withheld number."""
    found = re.sub(r"^.*<|>.*$", "", text.strip())
    found = re.sub(r"^(?:sips?|tel):", "", found, flags=re.IGNORECASE).partition("@")[0].partition(";")[0]
    if found.removeprefix("+") in _SPELLED:
        return True
    letters = re.sub(r"[\W_]+", "", found).lower()
    return not letters or bool(_WITHHELD.fullmatch(letters))


@lru_cache(maxsize=8_192)
def _canonical(text: str, country: str | None, plus_may_be_lost: bool) -> str:
    read = read_digits(text)
    found = _international(read) if read.international else _national(read, country, plus_may_be_lost)
    if not E164.fullmatch(found):
        raise _misshapen(found.removeprefix("+"))
    return found


def _international(read: Digits) -> str:
    """Return the number behind a `+`. Written `+00`, the zeros are a second prefix for the same."""
    spellings = dict.fromkeys(re.sub(r"^00+", "", digits) for digits in (read.digits, read.without_zero))
    settled = [_settled(f"+{digits}") for digits in spellings]
    if settled[0].startswith("+0"):
        fail("invalid", f"Country codes do not start with 0. Enter the number such as {EXAMPLE}.")
    if len(settled) == 1:
        return settled[0]
    return next((number for number in settled if is_valid(number)), settled[0])


def _national(read: Digits, country: str | None, plus_may_be_lost: bool) -> str:
    """Return the number that digits without a `+` mean: the country's own reading first, then 00, then a lost `+`."""
    digits = read.digits
    abroad = re.fullmatch(r"(?:00|011)([1-9]\d*)", digits)
    readings = [*_at_home(digits, country), *([_settled(f"+{abroad[1]}")] if abroad else [])]
    lost = [_settled(f"+{digits}")] if plus_may_be_lost and not digits.startswith("0") else []
    for number in (*readings, *lost):
        if is_valid(number):
            return number
    for number in readings:
        if _length(number) == ValidationResult.IS_POSSIBLE:
            return number
    if country is None and not readings:
        fail("no_country", f"The country code is missing. Start with + and the country code, such as {EXAMPLE}.")
    raise _misfit(readings[0] if readings else "", country)


def _at_home(digits: str, country: str | None) -> list[str]:
    """Return the number as dialed inside a country, nothing where it cannot be one."""
    try:
        parsed = phonenumbers.parse(digits, country)
    except NumberParseException:
        return []
    return [_settled(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))]


def _settled(number: str) -> str:
    """Return what a number behind a `+` comes to when trunk prefixes and given-up forms are taken out, all of them."""
    for _ in range(_ROUNDS):
        parsed = _parsed(number)
        if parsed is None:
            return number
        plain = _renumbered(parsed)
        if plain == number:
            return number
        number = plain
    return number


def _renumbered(parsed: phonenumbers.PhoneNumber) -> str:
    plain = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(parsed):
        return plain
    national = phonenumbers.national_significant_number(parsed)
    for old, new in _RENUMBERED.get(parsed.country_code or 0, ()):
        today = f"+{parsed.country_code}{re.sub(old, new, national)}"
        if re.fullmatch(old, national) and is_valid(today):
            return today
    return plain


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, None)
    except NumberParseException:
        return None


def is_valid(number: str) -> bool:
    """Return whether a numbering plan has the number."""
    parsed = _parsed(number) if number else None
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def _length(number: str) -> int:
    parsed = _parsed(number) if number else None
    return ValidationResult.INVALID_LENGTH if parsed is None else phonenumbers.is_possible_number_with_reason(parsed)


def _misfit(number: str, country: str | None) -> NumberError:
    """Return the error of an invalid national number, mostly its length."""
    where = f" in {country}" if country else ""
    length = _length(number)
    if length == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return NumberError("too_short", f"The area code is missing. Enter the whole number, such as {EXAMPLE}.")
    remedy = "Correct it, or start with + and a country code."
    if length == ValidationResult.TOO_SHORT:
        return NumberError("too_short", f"The number has too few digits{where}. {remedy}")
    if length == ValidationResult.TOO_LONG:
        return NumberError("too_long", f"The number has too many digits{where}. {remedy}")
    return NumberError("invalid", f"This is not a valid number{where}. {remedy}")


def _misshapen(digits: str) -> NumberError:
    if len(digits) < 7:
        words = f"The number has too few digits. Enter it with its country code, such as {EXAMPLE}."
        return NumberError("too_short", words)
    if len(digits) > 15:
        return NumberError("too_long", f"A number has at most 15 digits. Enter one such as {EXAMPLE}.")
    return NumberError("invalid", f"Country codes do not start with 0. Enter the number such as {EXAMPLE}.")
