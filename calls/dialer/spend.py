"""A day's spend limit: money is set aside before a call is dialed, added while it lasts, and the call ends with it.

What is set aside is given under the workspace's dial slot, so the calls of a day never cost more than the limit: those
that ended count with what they cost, those under way with all that is set aside for them.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.utils import timezone

from calls.choices import LIVE, CallStatus, Direction, EventType, Reason
from calls.dialer.rate_limits import one_by_one, workspace_limit
from calls.models import Call
from calls.routing.policies import Refusal
from calls.services.gathering import settle
from calls.services.hangup import ask_for_end
from calls.services.notices import tell_agent
from calls.services.timeline import note
from telephony.livekit import LiveKitError
from telephony.models import TelephonySettings
from voxa.core.errors import Conflict
from voxa.core.statements import Fixed

logger = logging.getLogger(__name__)

PRECISION = Decimal("0.000001")
SET_ASIDE = 60  # seconds of talk paid for at once
LEAST = 5  # seconds of talk below which no call is dialed
MARGIN = 2.0  # seconds that a hang-up may take
ADD_BEFORE = 25.0  # seconds before the end at which more is set aside
WARN_BEFORE = 20.0  # seconds before the end at which the agent is warned
LOOK_AGAIN = timedelta(seconds=5)  # while calls under way may give back what is set aside for them
LONGEST_CALL = timedelta(hours=5)  # the longest is 4 h


@dataclass(frozen=True)
class Cap:
    """What a workspace's outbound calls may cost from `begins` to `resets_at`, at a price per minute."""

    workspace_id: UUID
    price: Decimal
    limit: Decimal
    currency: str
    begins: datetime
    resets_at: datetime

    def cost(self, seconds: float) -> Decimal:
        """Return the price of so many seconds."""
        return self.price * Decimal(seconds) / 60

    def seconds(self, money: Decimal) -> float:
        """Return for how many seconds of talk some money lasts."""
        return float(money / self.price) * 60


def cap_of(config: TelephonySettings, now: datetime) -> Cap | None:
    """Return the limit of a workspace's day, None where it has none."""
    return None if config.daily_spend_limit is None else _cap(config, config.daily_spend_limit, now)


def spent_today(config: TelephonySettings, now: datetime) -> Decimal:
    """Return what a workspace's day costs so far, with or without a limit."""
    return spent(_cap(config, config.daily_spend_limit or Decimal(0), now), now)


def _cap(config: TelephonySettings, limit: Decimal, now: datetime) -> Cap:
    begins, resets_at = day_of(now, ZoneInfo(config.workspace.time_zone))
    return Cap(config.workspace_id, config.price_per_minute, limit, config.currency, begins, resets_at)


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the midnights around a moment in a time zone."""
    begins = _midnight(now, zone)
    return begins, _midnight(begins + timedelta(hours=36), zone)


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def spent(cap: Cap, now: datetime) -> Decimal:
    """Return what the day's calls cost so far, those under way included."""
    return cap.cost(_ended(cap) + sum((_talked(call, cap.begins, now) for call in _live(cap)), 0.0))


def committed(cap: Cap, now: datetime, besides: UUID) -> Decimal:
    """Return what the day's calls other than `besides` cost, or may still cost by what is set aside for them."""
    live = (_owed(call, cap, now) for call in _live(cap) if call.pk != besides)
    return cap.cost(_ended(cap)) + sum(live, Decimal(0))


def _ended(cap: Cap) -> float:
    """Return the seconds of talk since the day began, in calls that are over."""
    calls = Call.objects.filter(workspace=cap.workspace_id, duration_seconds__isnull=False)
    outbound = calls.filter(direction=Direction.OUTBOUND, answered_at__gt=cap.begins - LONGEST_CALL)
    third = calls.filter(third_party_since__gt=cap.begins - LONGEST_CALL)
    whole = outbound.filter(answered_at__gte=cap.begins).aggregate(seconds=Sum("duration_seconds"))["seconds"] or 0
    return float(whole) + sum(
        (
            _seconds(outbound.filter(answered_at__lt=cap.begins), Value(cap.begins), cap),
            _seconds(third.filter(third_party_since__gte=cap.begins), F("third_party_since"), cap),
            _seconds(third.filter(third_party_since__lt=cap.begins), Value(cap.begins), cap),
        )
    )


def _seconds(calls: QuerySet[Call], since: F | Value, cap: Cap) -> float:
    """Return the seconds to the end of calls that ended within the day."""
    span = ExpressionWrapper(F("ended_at") - since, output_field=DurationField())
    found: timedelta | None = calls.filter(ended_at__gt=cap.begins).aggregate(sum=Sum(span))["sum"]
    return found.total_seconds() if found else 0.0


def _live(cap: Cap) -> list[Call]:
    settle()  # what is set aside for others of this group counts
    live = Call.objects.filter(workspace=cap.workspace_id, status__in=LIVE)
    paid = live.filter(Q(direction=Direction.OUTBOUND) | Q(spend_reserved__isnull=False))
    return list(paid.only("direction", "answered_at", "third_party_since", "spend_reserved"))


def _legs(call: Call) -> list[datetime]:
    """Return since when each leg of a call costs: the callee's, and a third party's beside it."""
    callee = call.answered_at if call.direction == Direction.OUTBOUND else None
    return [since for since in (callee, call.third_party_since) if since is not None]


def _talked(call: Call, since: datetime, until: datetime) -> float:
    """Return a live call's seconds of talk in a span of time, those of all its legs."""
    return sum(max(0.0, (until - max(leg, since)).total_seconds()) for leg in _legs(call))


def _owed(call: Call, cap: Cap, now: datetime) -> Decimal:
    """Return what a live call may cost of the day: what is set aside, less what it cost the day before."""
    before = cap.cost(_talked(call, cap.begins - LONGEST_CALL, cap.begins))
    return max(cap.cost(_talked(call, cap.begins, now)), (call.spend_reserved or Decimal(0)) - before)


def set_aside(call: Call, cap: Cap, now: datetime) -> Decimal | Refusal:
    """Return the money for a call's first minute, or for what is left of the day; else why it is not dialed.

    Runs in the caller's transaction, which holds the workspace's slot until it has written the amount.
    """
    others = _live(cap)
    room = cap.limit - committed(cap, now, call.pk)
    money = min(room, cap.cost(min(SET_ASIDE, call.max_duration_seconds)))
    if money > 0 and cap.seconds(money) >= LEAST:
        return money.quantize(PRECISION, ROUND_DOWN)
    words = f"Today's calls cost {spent(cap, now):.2f} of {cap.limit:.2f} {cap.currency}"
    if any(other.pk != call.pk for other in others):
        return Refusal(Reason.SPEND, f"{words}, and calls under way may cost the rest.", now + LOOK_AGAIN)
    return Refusal(Reason.SPEND, f"{words}.", cap.resets_at)


@transaction.atomic
def set_aside_for_third_party(call: Call) -> None:
    """Set the money aside for the first minute of a third party, or what is left of the day.

    Raise `Conflict` if less than `LEAST` is left: the third party is not called.
    """
    now = timezone.now()
    cap = cap_of(TelephonySettings.of(call.workspace_id), now)
    if cap is None:
        return
    one_by_one([workspace_limit(cap.workspace_id)])
    call.refresh_from_db(fields=["spend_reserved"])
    money = min(cap.limit - committed(cap, now, call.pk) - _owed(call, cap, now), cap.cost(SET_ASIDE))
    if money <= 0 or cap.seconds(money) < LEAST:
        words = (
            f"Today's calls cost {spent(cap, now):.2f} of {cap.limit:.2f} {cap.currency}, and a third party costs more."
        )
        raise Conflict(Reason.SPEND, words)
    so_far = cap.cost(_talked(call, now - LONGEST_CALL, now))
    whole = (max(call.spend_reserved or Decimal(0), so_far) + money).quantize(PRECISION, ROUND_DOWN)
    Call.objects.filter(pk=call.pk, status__in=LIVE).update(spend_reserved=whole)


def give_back(call: Call) -> None:
    """Release what was set aside for a third party who did not come. An outbound call uses it up itself."""
    rows = Call.objects.filter(pk=call.pk, direction=Direction.INBOUND, third_party_since=None)
    rows.update(spend_reserved=None)


def next_check() -> datetime | None:
    """Return now while money is set aside for a call that is dialed or talks."""
    return timezone.now() if _paid_for() else None


_paid_for: Fixed[Any] = Fixed(
    lambda: Call.objects.filter(status__in=LIVE, spend_reserved__isnull=False, end_requested="").values_list("pk")[:1]
)


def look_after() -> None:
    """Set more aside for live calls; if nothing is left, warn their agents, then end them.

    Runs every second while there are any. An overlapping run changes nothing.
    """
    now = timezone.now()
    caps: dict[UUID, Cap | None] = {}
    for call in _under_limits():
        if call.workspace_id not in caps:
            config = TelephonySettings.of(call.workspace_id)
            config.workspace = call.workspace
            caps[call.workspace_id] = cap_of(config, now)
        if (cap := caps[call.workspace_id]) is not None:
            _look_at(call, cap, now)


def _under_limits() -> list[Call]:
    live = Call.objects.filter(status=CallStatus.IN_PROGRESS, spend_reserved__isnull=False, end_requested="")
    return list(live.select_related("workspace", "project"))


def _look_at(call: Call, cap: Cap, now: datetime) -> None:
    reserved, legs = call.spend_reserved or Decimal(0), len(_legs(call))
    if not legs or reserved >= cap.cost(call.max_duration_seconds) * legs:
        return
    left = (cap.seconds(reserved) - _talked(call, now - LONGEST_CALL, now)) / legs - MARGIN
    if left > ADD_BEFORE or _add(call, cap, now):
        return
    if left <= 0:
        with suppress(Conflict):  # it ended meanwhile
            ask_for_end(call, Reason.SPEND)
    elif left <= WARN_BEFORE:
        _warn(call, left, now)


@transaction.atomic
def _add(call: Call, cap: Cap, now: datetime) -> bool:
    """Set the next minute aside, or what is left of the day. False where less than `LEAST` is left."""
    one_by_one([workspace_limit(cap.workspace_id)])
    call.refresh_from_db(fields=["spend_reserved"])
    reserved, legs = call.spend_reserved or Decimal(0), len(_legs(call))
    room = cap.limit - committed(cap, now, call.pk) - _owed(call, cap, now)
    money = min(room, cap.cost(SET_ASIDE) * legs, cap.cost(call.max_duration_seconds) * legs - reserved)
    if money <= 0 or cap.seconds(money) < LEAST:
        return False
    rows = Call.objects.filter(pk=call.pk, status=CallStatus.IN_PROGRESS)
    return bool(rows.update(spend_reserved=(reserved + money).quantize(PRECISION, ROUND_DOWN)))


def _warn(call: Call, left: float, now: datetime) -> None:
    """Warn the agent, once, that the call ends; it says goodbye if it can."""
    with transaction.atomic():
        if not Call.objects.filter(pk=call.pk, spend_warned=False).update(spend_warned=True):
            return
        note(call, EventType.SPEND_WARNED, now, secondsLeft=max(1, int(left)))
    try:
        tell_agent(call, {"endsInSeconds": max(1, int(left)), "reason": Reason.SPEND.value})
    except LiveKitError as error:
        logger.warning("The agent of call %s could not be warned: %s", call.pk, error)
