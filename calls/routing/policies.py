"""Policies: whether a call may be dialed now, and if not, why and until when. Pure: facts in, first refusal out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from calls.choices import Reason
from calls.routing.calling_hours import Hours, outside
from voxa.core.numbering_plans import country_of, is_costly, is_known, zones_of

SLOT_RETRY = timedelta(seconds=2)  # delay before a full trunk or workspace is checked again
ATTEMPT_WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Load:
    """Current number of calls and the limit; None means no limit, and the calls are not counted."""

    live: int
    limit: int | None

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.live >= self.limit


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Input of the policies, gathered by `facts.py`. No field has a default, for a default would permit."""

    now: datetime
    to_number: str
    countries: frozenset[str]
    callees: tuple[str, ...]  # to_number, with and without a tech prefix
    caller_id_verified: bool
    allow_premium: bool
    allow_unknown: bool
    on_do_not_call: bool
    hours: Hours | None
    home_zone: str  # the workspace's, for numbers without a known zone
    strict_hours: bool
    recent_attempts: tuple[datetime, ...]
    daily_attempts: int | None
    trunk: Load
    workspace: Load
    spent_today: Decimal
    spend_limit: Decimal | None
    spend_resets_at: datetime | None
    currency: str
    not_after: datetime | None


@dataclass(frozen=True)
class Refusal:
    """Why a call is not dialed now; `until` is when it may be, None means never."""

    reason: Reason
    message: str
    until: datetime | None = None


def latest_time(facts: Facts) -> Refusal | None:
    if facts.not_after is None or facts.now < facts.not_after:
        return None
    return Refusal(Reason.LAPSED, f"The call expired at {facts.not_after.isoformat()}. Place it again.")


def caller_id(facts: Facts) -> Refusal | None:
    """Require a caller ID that is a number of the workspace on an active trunk."""
    if facts.caller_id_verified:
        return None
    return Refusal(Reason.CALLER_ID, "Use a number of this workspace on an active trunk as the caller ID.")


def country(facts: Facts) -> Refusal | None:
    found = country_of(facts.to_number)
    if found in facts.countries:
        return None
    allowed = ", ".join(sorted(facts.countries))
    if found is None:
        return Refusal(
            Reason.COUNTRY, f"The number's country is unknown. Check the number: calls are limited to {allowed}."
        )
    return Refusal(Reason.COUNTRY, f"Calls to {found} are not allowed. Allowed countries: {allowed}.")


def premium(facts: Facts) -> Refusal | None:
    if facts.allow_premium or not is_costly(facts.to_number):
        return None
    return Refusal(
        Reason.PREMIUM,
        "This is a premium-rate, shared-cost, personal, short-code, satellite or international-network number.",
    )


def unknown_number(facts: Facts) -> Refusal | None:
    """Refuse numbers outside all numbering plans unless allowed: their cost is unknown."""
    if facts.allow_unknown or is_known(facts.to_number):
        return None
    return Refusal(
        Reason.UNKNOWN_NUMBER,
        "The number is not valid in any numbering plan. Check it, or allow unknown numbers in the settings.",
    )


def do_not_call(facts: Facts) -> Refusal | None:
    return Refusal(Reason.DO_NOT_CALL, "The number is on the do-not-call list.") if facts.on_do_not_call else None


def calling_hours(facts: Facts) -> Refusal | None:
    """Require open calling hours in every possible time zone of the number, else in the workspace's own."""
    if facts.hours is None:
        return None
    zones = zones_of(facts.to_number)
    shut = outside(facts.hours, facts.now, zones, facts.home_zone, strict=facts.strict_hours)
    return Refusal(Reason.CALLING_HOURS, shut.message, shut.until) if shut else None


def callee_attempts(facts: Facts) -> Refusal | None:
    recent = sorted(at for at in facts.recent_attempts if facts.now - at < ATTEMPT_WINDOW)
    if facts.daily_attempts is None or len(recent) < facts.daily_attempts:
        return None
    if facts.daily_attempts == 0:
        return Refusal(Reason.CALLEE_ATTEMPTS, "The workspace allows no attempts per day.")
    until = recent[-facts.daily_attempts] + ATTEMPT_WINDOW
    return Refusal(Reason.CALLEE_ATTEMPTS, f"The number was dialed {len(recent)} times in the last 24 hours.", until)


def concurrency(facts: Facts) -> Refusal | None:
    for what, load in (("trunk", facts.trunk), ("workspace", facts.workspace)):
        if load.is_full:
            return Refusal(
                Reason.CONCURRENCY,
                f"The {what} already has its maximum of {load.limit} concurrent calls.",
                facts.now + SLOT_RETRY,
            )
    return None


def spend(facts: Facts) -> Refusal | None:
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
    unknown_number,
    calling_hours,
    callee_attempts,
    spend,
    concurrency,
)


def verdicts(facts: Facts) -> dict[str, Refusal | None]:
    """Return the refusal of each policy by its name, None if it passes."""
    return {policy.__name__: policy(facts) for policy in POLICIES}


def first_refusal(facts: Facts) -> Refusal | None:
    """Return the first refusal: permanent ones come before temporary ones."""
    return latest_time(facts) or weightiest(verdicts(facts).values(), facts.now)


def weightiest(said: Iterable[Refusal | None], now: datetime) -> Refusal | None:
    """Return the decisive refusal: the first permanent one, else the longest."""
    refusals = [refusal for refusal in said if refusal is not None]
    final = [refusal for refusal in refusals if refusal.until is None]
    if final:
        return final[0]
    return max(refusals, key=lambda refusal: refusal.until or now, default=None)
