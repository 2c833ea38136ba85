"""Weekly business hours and holidays: their stored form, and whether a moment is inside them. Imports no Django.

Wall clocks decide, so daylight saving needs no rule: 09:00 is 09:00 on each day.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

MOST_HOURS, MOST_HOLIDAYS = 70, 400  # of a week, of a list
_CLOCK = re.compile(r"([01]?\d|2[0-3]|24(?=:00)):([0-5]\d)(?::00)?", re.ASCII)


class Span(TypedDict):
    """Hours of a weekday, 0 is Monday; `closes` at or before `opens` is on the next day, 24:00 is the day's end."""

    day: int
    opens: str
    closes: str


class BadHours(ValueError):
    """Raised for hours or holidays that cannot be used, with the remedy."""


def canonical_hours(value: Any) -> list[Span]:
    """Return spans in their stored form, in the order of the week, each once."""
    if not isinstance(value, list) or len(value) > MOST_HOURS:
        raise BadHours(f"Send a list of at most {MOST_HOURS} objects with day, opens and closes.")
    spans = {(one["day"], one["opens"], one["closes"]): one for one in map(_span, value)}
    return [spans[key] for key in sorted(spans)]


def canonical_holidays(value: Any) -> list[str]:
    """Return dates in their stored form, in order, each once."""
    if not isinstance(value, list) or len(value) > MOST_HOLIDAYS:
        raise BadHours(f"Send a list of at most {MOST_HOLIDAYS} dates, such as 2026-12-25.")
    return sorted({_day(one) for one in value})


def is_open(hours: Iterable[Mapping[str, Any]], holidays: Iterable[str], at: datetime, zone: str) -> bool:
    """Return whether a moment is inside the hours in a time zone. Without hours, each day but holidays is open.

    On a holiday nothing opens, and hours that began the evening before end at midnight.
    """
    local, spans, closed = at.astimezone(ZoneInfo(zone)), list(hours), set(holidays)
    today, before = local.date(), local.date() - timedelta(days=1)
    if today.isoformat() in closed:
        return False
    clock = f"{local:%H:%M}"
    return not spans or any(
        (span["day"] == today.weekday() and span["opens"] <= clock and (clock < span["closes"] or _is_overnight(span)))
        or (
            span["day"] == before.weekday()
            and before.isoformat() not in closed
            and _is_overnight(span)
            and clock < span["closes"]
        )
        for span in spans
    )


def _is_overnight(span: Mapping[str, Any]) -> bool:
    return bool(span["closes"] <= span["opens"])


def _span(value: Any) -> Span:
    if not isinstance(value, dict) or value.keys() != {"day", "opens", "closes"}:
        raise BadHours("Each of the hours has day, opens and closes, such as 0, 09:00 and 17:00.")
    day = value["day"]
    if type(day) is not int or day not in range(7):
        raise BadHours("Enter the day as a number: 0 is Monday, 6 is Sunday.")
    opens, closes = _clock(value["opens"]), _clock(value["closes"])
    if opens == "24:00":
        raise BadHours("Hours that open at 24:00 are of the next day: enter 00:00 there.")
    if opens == closes:
        raise BadHours(f"The hours open and close at {opens}. For a whole day enter 00:00 and 24:00.")
    return {"day": day, "opens": opens, "closes": closes}


def _clock(value: Any) -> str:
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise BadHours("Enter times as hours and minutes from 00:00 to 24:00, such as 09:00.")
    return f"{int(found[1]):02}:{found[2]}"


def _day(value: Any) -> str:
    if type(value) is date:
        return value.isoformat()
    try:
        return date.fromisoformat(value.strip() if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise BadHours("Enter holidays as dates, such as 2026-12-25.") from None
