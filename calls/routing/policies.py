"""May this call be dialled now, and if not, why and until when. Pure: facts in, the first refusal out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from calls.choices import Reason
from calls.routing.calling_hours import Hours, outside
from voxa.core.numbering_plans import country_of, is_costly, is_known, zones_of

SLOT_RETRY = timedelta(seconds=2)  # when a full trunk or workspace is looked at again
ATTEMPT_WINDOW = timedelta(hours=24)


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
    callees: tuple[str, ...] = ()  # to_number, and what a tech prefix makes of it
    caller_id_verified: bool = True
    allow_premium: bool = False
    allow_unknown: bool = False
    on_do_not_call: bool = False
    hours: Hours | None = None
    home_zone: str = "UTC"  # the workspace's, for numbers whose own cannot be told
    strict_hours: bool = False
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
    if facts.allow_premium or not is_costly(facts.to_number):
        return None
    return Refusal(
        Reason.PREMIUM,
        "This is a premium-rate, shared-cost, personal, short or satellite number, or one of an international network.",
    )


def unknown_number(facts: Facts) -> Refusal | None:
    """Numbers that no numbering plan has are not called unless allowed: what they cost cannot be told."""
    if facts.allow_unknown or is_known(facts.to_number):
        return None
    return Refusal(
        Reason.UNKNOWN_NUMBER, "No numbering plan has this number. Check it, or allow unknown numbers in the settings."
    )


def do_not_call(facts: Facts) -> Refusal | None:
    """Numbers on the workspace's list are not called."""
    return Refusal(Reason.DO_NOT_CALL, "The number is on the do-not-call list.") if facts.on_do_not_call else None


def calling_hours(facts: Facts) -> Refusal | None:
    """The window must hold in every time zone the number may be in, else in the workspace's own."""
    if facts.hours is None:
        return None
    zones = zones_of(facts.to_number)
    shut = outside(facts.hours, facts.now, zones, facts.home_zone, strict=facts.strict_hours)
    return Refusal(Reason.CALLING_HOURS, shut.message, shut.until) if shut else None


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
    unknown_number,
    calling_hours,
    callee_attempts,
    spend,
    concurrency,
)


def verdicts(facts: Facts) -> dict[str, Refusal | None]:
    """Ask each policy in turn; return what it says by its name, None where it agrees."""
    return {policy.__name__: policy(facts) for policy in POLICIES}


def first_refusal(facts: Facts) -> Refusal | None:
    """Ask each policy in turn: what is refused for good comes before what will pass."""
    return latest_time(facts) or weightiest(verdicts(facts).values(), facts.now)


def weightiest(said: Iterable[Refusal | None], now: datetime) -> Refusal | None:
    """Return the refusal that decides: the first that is for good, else the one that lasts longest."""
    refusals = [refusal for refusal in said if refusal is not None]
    final = [refusal for refusal in refusals if refusal.until is None]
    if final:
        return final[0]
    return max(refusals, key=lambda refusal: refusal.until or now, default=None)
