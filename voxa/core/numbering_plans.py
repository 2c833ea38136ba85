"""Facts on a canonical number from numbering plans: country, time zones, validity, cost.

Source: Google's libphonenumber through `phonenumbers`, supplemented by the tables below.
"""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberType, shortnumberinfo
from phonenumbers.shortnumberinfo import ShortNumberCost
from phonenumbers.timezone import time_zones_for_geographical_number, time_zones_for_number

COSTLY_TYPES = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
    }
)
UNKNOWN_ZONE = "Etc/Unknown"
_COSTLY_KINDS = ("premium_rate", "shared_cost", "personal_number", "pager")
# Networks without a country: satellites, universal and premium numbers. Carriers bill all of them as such.
_NETWORKS = frozenset({800, 808, 870, 871, 872, 873, 874, 878, 881, 882, 883, 888, 979})
_DEAR_EXCHANGE = re.compile(r"[2-9]\d\d976\d{4}")  # North America's local premium services, typed as fixed lines
_DIRECTORY = re.compile(r"118\d{1,5}")  # directory enquiries of most of Europe
_NORTH_AMERICA = 1
_PLUS_ONE = frozenset(phonenumbers.region_codes_for_country_code(_NORTH_AMERICA))
# What stands between digits in texts; in JSON a character may be written as an escape.
_GAP = r"(?:[-. ()/\u00a0\u2009\u2011]|\\u[0-9a-f]{4}){0,3}"
_TELLING = 8  # digits
_LEADING = 3  # digits that tell what a range is for


def parse(number: str) -> PhoneNumber | None:
    """Parse an E.164 number. Return None if its country code is unknown."""
    try:
        return phonenumbers.parse(number, None)
    except NumberParseException:
        return None


def is_known(number: str) -> bool:
    """Return whether a numbering plan has this number."""
    parsed = parse(number)
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def country_of(number: str) -> str | None:
    """Return the two-letter country of a number, or None if unknown.

    A number outside its numbering plan still has a country when its country code belongs to one country alone.
    """
    parsed = parse(number)
    if parsed is None:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    if region is None:
        regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
        region = regions[0] if len(regions) == 1 else None
    return None if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else region


def zones_of(number: str) -> tuple[str, ...]:
    """Return every time zone a number may be in, possibly none."""
    parsed = parse(number)
    if parsed is None:
        return ()
    zones = time_zones_for_number(parsed)
    if zones == (UNKNOWN_ZONE,):
        zones = time_zones_for_geographical_number(parsed)
    return tuple(zone for zone in zones if zone != UNKNOWN_ZONE)


def is_costly(number: str) -> bool:
    """Return whether a number may cost the caller more than a call to its country.

    Premium-rate, shared-cost, personal and pager numbers, short and directory codes, satellites and international
    networks. A number that no plan has counts as costly where such a range begins with the same digits.
    """
    parsed = parse(number)
    if parsed is None:
        return bool(re.match(r"\+8[0-9]{2}|\+979", number))
    if parsed.country_code in _NETWORKS:
        return True
    national = phonenumbers.national_significant_number(parsed)
    if phonenumbers.is_valid_number(parsed):
        dear = parsed.country_code == _NORTH_AMERICA and _DEAR_EXCHANGE.fullmatch(national)
        return bool(dear) or phonenumbers.number_type(parsed) in COSTLY_TYPES
    if shortnumberinfo.is_valid_short_number(parsed) or _DIRECTORY.fullmatch(national):
        return True
    return _leads_to_costly(parsed.country_code or 0, national[:_LEADING])


def is_costly_short(digits: str, country: str) -> bool:
    """Return whether a short code dialed in a country is premium: a directory or a premium service."""
    cost = shortnumberinfo.expected_cost_for_region(PhoneNumber(national_number=int(digits)), country)
    return cost == ShortNumberCost.PREMIUM_RATE or bool(country not in _PLUS_ONE and _DIRECTORY.fullmatch(digits))


def national_of(number: str) -> str:
    """Return the digits of a number without its country code; "" if that is unknown."""
    parsed = parse(number)
    return phonenumbers.national_significant_number(parsed) if parsed else ""


def spelled_as(number: str, *, national: bool) -> str:
    """Return a regular expression of the ways in which texts write a number; a longer number is another one.

    `national` takes it without its country code too, where that leaves digits enough to tell it from others.
    """
    own = national_of(number)
    code = number.removeprefix("+").removesuffix(own) if own else ""
    whole = _GAP.join(number.removeprefix("+"))
    spellings = [rf"\+?{whole}"]
    if own:
        spellings.append(rf"\+?{_GAP.join(code)}{_GAP}[01]{_GAP}{_GAP.join(own)}")  # +44 (0)20 ...
    if national and len(own) >= _TELLING:
        spellings.append(rf"(?<![0-9+])(?<![0-9][-. ])\(?0?{_GAP.join(own)}")
    return "|".join(spellings)


@lru_cache(maxsize=4_096)
def _leads_to_costly(country_code: int, leading: str) -> bool:
    """Return whether any costly number of a country starts with these digits.

    The patterns are asked with every pair of digits behind them, and the rest filled in.
    """
    tails = [f"{pair:02d}{digit * 15}" for pair in range(100) for digit in "0123456789"]
    for region in phonenumbers.region_codes_for_country_code(country_code):
        metadata = PhoneMetadata.metadata_for_region(region, None)
        for kind in [getattr(metadata, name, None) for name in _COSTLY_KINDS]:
            if kind is None or not kind.national_number_pattern:
                continue
            pattern = re.compile(kind.national_number_pattern)
            lengths = [length for length in kind.possible_length if length >= len(leading)]
            if any(pattern.fullmatch((leading + tail)[:length]) for length in lengths for tail in tails):
                return True
    return False
