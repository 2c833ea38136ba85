"""A day's spend limit: money is set aside before a call is dialed, added while it lasts, and the call ends with it.

What is set aside is given under the workspace's dial slot, so the calls of a day never cost more than the limit: those
that ended count with what they cost, those under way with all that is set aside for them.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, Sum, Value
from django.utils import timezone

from accounts.errors import Conflict
from calls.choices import LIVE, CallStatus, Direction, Reason
from calls.models import Call
from calls.pacing import one_by_one, workspace_limit
from calls.policies import Refusal
from calls.services.hangup import ask_for_end
from calls.services.notices import tell_agent
from calls.services.timeline import note
from telephony.livekit_client import LiveKitError
from telephony.models import TelephonySettings

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
    if config.daily_spend_limit is None:
        return None
    begins, resets_at = day_of(now, ZoneInfo(config.workspace.time_zone))
    limit = config.daily_spend_limit
    return Cap(config.workspace_id, config.price_per_minute, limit, config.currency, begins, resets_at)


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the midnights around a moment in a time zone."""
    begins = _midnight(now, zone)
    return begins, _midnight(begins + timedelta(hours=36), zone)


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def spent(cap: Cap, now: datetime) -> Decimal:
    """Return what the day's answered outbound calls cost so far, those under way included."""
    return cap.cost(_ended(cap) + sum((_talked(call, cap, now) for call in _live(cap)), 0.0))


def committed(cap: Cap, now: datetime, besides: UUID) -> Decimal:
    """Return what the day's calls other than `besides` cost, or may still cost by what is set aside for them."""
    live = (_owed(call, cap, now) for call in _live(cap) if call.pk != besides)
    return cap.cost(_ended(cap)) + sum(live, Decimal(0))


def _ended(cap: Cap) -> float:
    """Return the seconds of talk since the day began, in outbound calls that are over."""
    over = Call.objects.filter(
        workspace=cap.workspace_id,
        direction=Direction.OUTBOUND,
        duration_seconds__isnull=False,
        answered_at__gt=cap.begins - LONGEST_CALL,
    )
    after_midnight = ExpressionWrapper(F("ended_at") - Value(cap.begins), output_field=DurationField())
    overnight = Q(answered_at__lt=cap.begins, ended_at__gt=cap.begins)
    sums = over.aggregate(
        whole=Sum("duration_seconds", filter=Q(answered_at__gte=cap.begins)),
        part=Sum(after_midnight, filter=overnight),
    )
    return float(sums["whole"] or 0) + (sums["part"] or timedelta(0)).total_seconds()


def _live(cap: Cap) -> list[Call]:
    live = Call.objects.filter(workspace=cap.workspace_id, direction=Direction.OUTBOUND, status__in=LIVE)
    return list(live.only("answered_at", "spend_reserved"))


def _talked(call: Call, cap: Cap, now: datetime) -> float:
    """Return a live call's seconds of talk within the day."""
    if call.answered_at is None:
        return 0.0
    return max(0.0, (now - max(call.answered_at, cap.begins)).total_seconds())


def _owed(call: Call, cap: Cap, now: datetime) -> Decimal:
    """Return what a live call may cost of the day: what is set aside, less what it cost the day before."""
    before = 0.0 if call.answered_at is None else max(0.0, (cap.begins - call.answered_at).total_seconds())
    return max(cap.cost(_talked(call, cap, now)), (call.spend_reserved or Decimal(0)) - cap.cost(before))


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


def look_after() -> None:
    """Set more aside for calls under way; warn the agents of those for which there is no more, then end them.

    Asked every second. An overlapping second look changes nothing.
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
    reserved = call.spend_reserved or Decimal(0)
    if call.answered_at is None or reserved >= cap.cost(call.max_duration_seconds):
        return
    left = cap.seconds(reserved) - MARGIN - (now - call.answered_at).total_seconds()
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
    reserved = call.spend_reserved or Decimal(0)
    room = cap.limit - committed(cap, now, call.pk) - _owed(call, cap, now)
    money = min(room, cap.cost(SET_ASIDE), cap.cost(call.max_duration_seconds) - reserved)
    if money <= 0 or cap.seconds(money) < LEAST:
        return False
    rows = Call.objects.filter(pk=call.pk, status=CallStatus.IN_PROGRESS)
    return bool(rows.update(spend_reserved=(reserved + money).quantize(PRECISION, ROUND_DOWN)))


def _warn(call: Call, left: float, now: datetime) -> None:
    """Tell the agent, once, that the call ends; it says goodbye if it can."""
    with transaction.atomic():
        if not Call.objects.filter(pk=call.pk, spend_warned=False).update(spend_warned=True):
            return
        note(call, "spend.warned", now, secondsLeft=max(1, int(left)))
    try:
        tell_agent(call, {"endsInSeconds": max(1, int(left)), "reason": Reason.SPEND.value})
    except LiveKitError as error:
        logger.warning("The agent of call %s could not be warned: %s", call.pk, error)
