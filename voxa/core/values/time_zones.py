"""IANA time zone names, and a warning on zones without daylight saving time."""

import zoneinfo
from functools import cache

# Common names of zones, and the place that they mean.
_MEANT = {
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MDT": "America/Denver", "CST": "America/Chicago",
    "CDT": "America/Chicago", "EDT": "America/New_York", "BST": "Europe/London", "IST": "Asia/Kolkata",
    "CEST": "Europe/Berlin", "MEZ": "Europe/Berlin", "JST": "Asia/Tokyo", "AEST": "Australia/Sydney",
}  # fmt: skip
_FIXED = {"EST": "America/New_York", "MST": "America/Denver", "HST": "Pacific/Honolulu"}
_UTC = frozenset(("UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Zulu", "Universal", "Greenwich"))
_NO_ZONES = frozenset(("Factory", "localtime", "posixrules"))


class BadTimeZone(ValueError):
    """The text is not a time zone. The message is for people and names the remedy."""


def canonical_time_zone(text: str) -> str:
    """Return a zone's IANA name: `Europe/Berlin` for `europe/berlin`. Raise `BadTimeZone`."""
    name = text.strip()
    found = _names().get(name.lower().replace(" ", "_"))
    if found is None:
        example = _MEANT.get(name.upper(), "Europe/Berlin")
        raise BadTimeZone(f"“{name[:60]}” is not a time zone. Use an IANA name such as {example}.")
    return found


def time_zone_warning(name: str) -> str:
    """Return a warning for a zone whose clocks never change, "" for places."""
    if name not in _FIXED and name not in _UTC and not name.startswith("Etc/"):
        return ""
    example = _FIXED.get(name, "America/New_York")
    return (
        f"The time zone {name} has no daylight saving time: calling hours would be an hour off for half the year. "
        f"Use a place, such as {example}, if clocks change there."
    )


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones() - _NO_ZONES}
