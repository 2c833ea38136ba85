"""May this call be dialled now, and if not, why and until when. Pure: facts in, the first refusal out.

Countries and types come from Google's libphonenumber by way of `phonenumbers`; a number that its plans do not know
is not refused for that alone, only where a limit needs to know what it cannot tell.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType
from phonenumbers.timezone import time_zones_for_geographical_number, time_zones_for_number

from calls.choices import Reason

COSTLY_TYPES = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
    }
)
UNKNOWN_ZONE = "Etc/Unknown"
SLOT_RETRY = timedelta(seconds=2)  # when a full trunk or workspace is looked at again
ATTEMPT_WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Hours:
    """A window of the callee's day, wall clock; an `end` before `start` is past midnight, equal means all day."""

    start: time
    end: time
    days: frozenset[int] = frozenset(range(7))  # 0 Monday; the day the window begins on

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        """Say whether a moment lies in the window in a time zone."""
        local = at.astimezone(zone)
        today, clock = local.weekday(), local.time()
        if self.start < self.end:
            return today in self.days and self.start <= clock < self.end
        yesterday = (today - 1) % 7
        return (today in self.days and clock >= self.start) or (yesterday in self.days and clock < self.end)

    def opens_after(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Give the next moment the window begins in a time zone, or None where no day is allowed."""
        local = at.astimezone(zone)
        for offset in range(9):
            day = local.date() + timedelta(days=offset)
            opening = datetime.combine(day, self.start, zone)
            if day.weekday() in self.days and opening > at:
                return opening.astimezone(at.tzinfo)
        return None


@dataclass(frozen=True)
class Load:
    """Calls under way against the most that may be; None is no limit."""

    live: int = 0
    limit: int | None = None

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.live >= self.limit


@dataclass(frozen=True)
class Facts:
    """All that the policies look at, gathered by `routing` with a few queries."""

    now: datetime
    to_number: str
    countries: frozenset[str]
    caller_id_verified: bool = True
    allow_premium: bool = False
    on_do_not_call: bool = False
    hours: Hours | None = None
    recent_attempts: tuple[datetime, ...] = ()
    daily_attempts: int | None = None
    trunk: Load = field(default_factory=Load)
    workspace: Load = field(default_factory=Load)
    spent_today: Decimal = Decimal(0)
    spend_limit: Decimal | None = None
    spend_resets_at: datetime | None = None
    currency: str = ""
    not_after: datetime | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a call is not dialled now; `until` says when it may be, None that it never will."""

    reason: Reason
    message: str
    until: datetime | None = None


def parse(number: str) -> PhoneNumber | None:
    """Read an E.164 number; None where not even its country code is known."""
    try:
        return phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None


def country_of(number: str) -> str | None:
    """Give the two letters of a number's country, None where they cannot be told.

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
    """Give every time zone a number may be in; empty where none can be told."""
    parsed = parse(number)
    if parsed is None:
        return ()
    zones = time_zones_for_number(parsed)
    if zones == (UNKNOWN_ZONE,):
        zones = time_zones_for_geographical_number(parsed)
    return tuple(zone for zone in zones if zone != UNKNOWN_ZONE)


def latest_time(facts: Facts) -> Refusal | None:
    """A call that was to be dialed by a time is not dialed after it."""
    if facts.not_after is None or facts.now < facts.not_after:
        return None
    return Refusal(Reason.LAPSED, f"The call was to be dialed by {facts.not_after.isoformat()}. Place it again.")


def caller_id(facts: Facts) -> Refusal | None:
    """The caller ID must be a number of the workspace on an active trunk."""
    if facts.caller_id_verified:
        return None
    return Refusal(Reason.CALLER_ID, "Use a number of this workspace on an active trunk as the caller ID.")


def country(facts: Facts) -> Refusal | None:
    """Only allowed countries are called; one that cannot be told is not allowed."""
    found = country_of(facts.to_number)
    if found in facts.countries:
        return None
    allowed = ", ".join(sorted(facts.countries))
    if found is None:
        return Refusal(Reason.COUNTRY, f"The number's country cannot be told, and calls are limited to {allowed}.")
    return Refusal(Reason.COUNTRY, f"Calls to {found} are not allowed; this workspace calls {allowed}.")


def premium(facts: Facts) -> Refusal | None:
    """Numbers that cost the caller more are not called unless allowed."""
    parsed = parse(facts.to_number)
    if facts.allow_premium or parsed is None or phonenumbers.number_type(parsed) not in COSTLY_TYPES:
        return None
    return Refusal(Reason.PREMIUM, "This is a premium-rate, shared-cost or personal number.")


def do_not_call(facts: Facts) -> Refusal | None:
    """Numbers on the workspace's list are not called."""
    return Refusal(Reason.DO_NOT_CALL, "The number is on the do-not-call list.") if facts.on_do_not_call else None


def calling_hours(facts: Facts) -> Refusal | None:
    """The window must hold in every time zone the number may be in."""
    if facts.hours is None:
        return None
    zones = [ZoneInfo(name) for name in zones_of(facts.to_number)]
    if not zones:
        return Refusal(Reason.CALLING_HOURS, "The number's time zone cannot be told, and calling hours are set.")
    opening = first_common_opening(facts.hours, facts.now, zones)
    if opening == facts.now:
        return None
    if opening is None:
        return Refusal(Reason.CALLING_HOURS, "No moment is within calling hours in every time zone of this number.")
    return Refusal(Reason.CALLING_HOURS, "It is outside the calling hours where the callee is.", opening)


def first_common_opening(hours: Hours, now: datetime, zones: Iterable[ZoneInfo]) -> datetime | None:
    """Give the first moment from now on that lies in the window in all zones; None if there is none in nine days."""
    zones = list(zones)
    moment = now
    while moment - now < timedelta(days=9):
        closed = [zone for zone in zones if not hours.holds(moment, zone)]
        if not closed:
            return moment
        openings = [hours.opens_after(moment, zone) for zone in closed]
        known = [opening for opening in openings if opening is not None]
        if len(known) < len(openings):
            return None
        moment = max(known)
    return None


def callee_attempts(facts: Facts) -> Refusal | None:
    """A callee is dialled at most so often in any 24 hours."""
    recent = sorted(at for at in facts.recent_attempts if facts.now - at < ATTEMPT_WINDOW)
    if facts.daily_attempts is None or len(recent) < facts.daily_attempts:
        return None
    if facts.daily_attempts == 0:
        return Refusal(Reason.CALLEE_ATTEMPTS, "The workspace allows no attempts a day.")
    until = recent[-facts.daily_attempts] + ATTEMPT_WINDOW
    return Refusal(Reason.CALLEE_ATTEMPTS, f"The number was dialled {len(recent)} times in the last 24 hours.", until)


def concurrency(facts: Facts) -> Refusal | None:
    """Trunk and workspace carry at most so many calls at once."""
    for what, load in (("trunk", facts.trunk), ("workspace", facts.workspace)):
        if load.is_full:
            return Refusal(
                Reason.CONCURRENCY, f"The {what} carries its {load.limit} calls already.", facts.now + SLOT_RETRY
            )
    return None


def spend(facts: Facts) -> Refusal | None:
    """The day's calls cost at most the limit."""
    if facts.spend_limit is None or facts.spent_today < facts.spend_limit:
        return None
    return Refusal(
        Reason.SPEND,
        f"Today's calls cost {facts.spent_today:.2f} of {facts.spend_limit:.2f} {facts.currency}".rstrip() + ".",
        facts.spend_resets_at,
    )


POLICIES: tuple[Callable[[Facts], Refusal | None], ...] = (
    caller_id,
    do_not_call,
    country,
    premium,
    calling_hours,
    callee_attempts,
    spend,
    concurrency,
)


def verdicts(facts: Facts) -> dict[str, Refusal | None]:
    """Ask each policy in turn; give what it says by its name, None where it agrees."""
    return {policy.__name__: policy(facts) for policy in POLICIES}


def first_refusal(facts: Facts) -> Refusal | None:
    """Ask each policy in turn: what is refused for good comes before what will pass."""
    return latest_time(facts) or weightiest(verdicts(facts).values(), facts.now)


def weightiest(said: Iterable[Refusal | None], now: datetime) -> Refusal | None:
    """Give the refusal that decides: the first that is for good, else the one that lasts longest."""
    refusals = [refusal for refusal in said if refusal is not None]
    final = [refusal for refusal in refusals if refusal.until is None]
    if final:
        return final[0]
    return max(refusals, key=lambda refusal: refusal.until or now, default=None)
