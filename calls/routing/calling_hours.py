"""Calling hours: the time zone that applies to a number, and the next opening. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

FURTHEST = timedelta(days=9)  # a window on one weekday recurs within eight days


@dataclass(frozen=True)
class Hours:
    """A daily window in local time; an `end` before `start` is after midnight, equal means all day.

    An end at 24:00 is `time(0)`: midnight.
    """

    start: time
    end: time
    days: frozenset[int] = frozenset(range(7))  # 0 is Monday; days on which the window begins

    def __str__(self) -> str:
        end = "24:00" if self.end == time(0) else f"{self.end:%H:%M}"
        return f"{self.start:%H:%M} to {end}"

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        """Return whether a moment is inside the window in a time zone."""
        local = at.astimezone(zone)
        today, clock = local.weekday(), local.time()
        if self.start < self.end:
            return today in self.days and self.start <= clock < self.end
        yesterday = (today - 1) % 7
        return (today in self.days and clock >= self.start) or (yesterday in self.days and clock < self.end)

    def opens_after(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the next start of the window in a time zone, or None if no day is allowed.

        A start that daylight saving skips moves forward by the gap; one that occurs twice starts a window twice.
        """
        local = at.astimezone(zone)
        for offset in range(9):
            day = local.date() + timedelta(days=offset)
            if day.weekday() not in self.days:
                continue
            naive = datetime.combine(day, self.start)
            openings = [naive.replace(tzinfo=zone, fold=fold).astimezone(at.tzinfo) for fold in (0, 1)]
            later = [opening for opening in openings if opening > at and self.holds(opening, zone)]
            if later:
                return min(later)
        return None


@dataclass(frozen=True)
class Shut:
    """Why a call is outside the calling hours; `until` is the next opening, None if there is none."""

    message: str
    until: datetime | None


def outside(hours: Hours, now: datetime, zones: Sequence[str], home: str, *, strict: bool = False) -> Shut | None:
    """Return why a moment is outside the calling hours, or None if it is inside.

    The hours must be open in every possible time zone of the number. If the zones are unknown or share no hours,
    the workspace's zone (`home`) applies, unless the workspace is `strict`.
    """
    known = [ZoneInfo(name) for name in zones]
    opening = first_common_opening(hours, now, known) if known else None
    if opening == now:
        return None
    if opening is not None:
        return Shut(_outside_there(hours, now, known), opening)
    why = "the number's time zones share no calling hours" if known else "the number's time zone is unknown"
    if strict:
        return Shut(f"Calling hours are {hours} in the callee's time zone, but {why}.", None)
    zone = ZoneInfo(home)
    if hours.holds(now, zone):
        return None
    clock = f"{now.astimezone(zone):%H:%M}"
    words = (
        f"It is {clock} in {home}, outside the calling hours {hours}. The workspace's time zone applies because {why}."
    )
    return Shut(words, hours.opens_after(now, zone))


def _outside_there(hours: Hours, now: datetime, zones: Sequence[ZoneInfo]) -> str:
    shut = next(zone for zone in zones if not hours.holds(now, zone))
    words = f"It is {now.astimezone(shut):%H:%M} in {shut.key}, outside the calling hours {hours}."
    return words if len(zones) == 1 else f"{words} They apply in all {len(zones)} possible time zones of the number."


def first_common_opening(hours: Hours, now: datetime, zones: Iterable[ZoneInfo]) -> datetime | None:
    """Return the first moment from `now` on inside the window in all zones; None if there is none in nine days."""
    zones = list(zones)
    moment = now
    while moment - now < FURTHEST:
        closed = [zone for zone in zones if not hours.holds(moment, zone)]
        if not closed:
            return moment
        openings = [hours.opens_after(moment, zone) for zone in closed]
        known = [opening for opening in openings if opening is not None]
        if len(known) < len(openings):
            return None
        moment = max(known)
    return None
