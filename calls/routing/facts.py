"""The facts that the policies decide by: the one place that gathers them, for calls and for transfers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from calls.choices import BEFORE_RINGING, LIVE
from calls.dialer.spend import cap_of, spent
from calls.do_not_call.listed import on_do_not_call
from calls.models import Attempt, Call
from calls.routing.calling_hours import Hours
from calls.routing.policies import ATTEMPT_WINDOW, Facts, Load
from calls.routing.route import Route
from calls.services.gathering import settle
from telephony.choices import CallingHoursFallback
from telephony.models import TelephonySettings
from voxa.core.phone_numbers import or_none

NO_LIMIT = Load(0, None)


def call_facts(call: Call, found: Route, config: TelephonySettings, now: datetime) -> Facts:
    """Gather the policies' input for a call, in at most eight queries."""
    most = found.trunk.max_concurrent_calls if found.trunk else None
    counts = {"trunk": 0, "all": 0}
    if (most, config.max_concurrent_calls) != (None, None):
        settle()  # those of this group count
        live = Call.objects.filter(workspace=config.workspace, status__in=LIVE).exclude(pk=call.pk)
        counts = live.aggregate(all=Count("pk"), trunk=Count("pk", filter=Q(trunk=found.trunk)))
    return Facts(
        **_protection(call, callees_of(call, found), config, now),
        caller_id_verified=found.number is not None,
        hours=calling_hours(config),
        trunk=Load(counts["trunk"], most),
        workspace=Load(counts["all"], config.max_concurrent_calls),
        not_after=call.not_after,
    )


def transfer_facts(call: Call, number: str, now: datetime) -> Facts:
    """Gather the policies' input for transferring a call to a number.

    Calling hours and limits of concurrent calls do not hold up a caller who waits, and the caller ID is the call's own.
    """
    callee, config = Call(workspace_id=call.workspace_id, to_number=number), TelephonySettings.of(call.workspace_id)
    protection = _protection(callee, (number,), config, now)
    return Facts(
        **{**protection, "daily_attempts": config.daily_attempts_per_callee or None},  # 0 stops the dialer alone
        caller_id_verified=True,
        hours=None,
        trunk=NO_LIMIT,
        workspace=NO_LIMIT,
        not_after=None,
    )


def _protection(call: Call, callees: tuple[str, ...], config: TelephonySettings, now: datetime) -> dict[str, Any]:
    """Return what protects every callee, and the day's spend."""
    cap = cap_of(config, now)
    return {
        "now": now,
        "to_number": call.to_number,
        "callees": callees,
        "countries": frozenset(config.allowed_countries or [config.workspace.country]),
        "allow_premium": config.allow_premium,
        "allow_unknown": config.allow_unknown_numbers,
        "on_do_not_call": on_do_not_call(call, callees),
        "home_zone": config.workspace.time_zone,
        "strict_hours": config.calling_hours_fallback == CallingHoursFallback.STRICT,
        "recent_attempts": recent_attempts(call, now, callees) if config.daily_attempts_per_callee else (),
        "daily_attempts": config.daily_attempts_per_callee,
        "spent_today": spent(cap, now) if cap else Decimal(0),
        "spend_limit": cap.limit if cap else None,
        "spend_resets_at": cap.resets_at if cap else None,
        "currency": config.currency,
    }


def facts_now(call: Call, known: Facts, now: datetime) -> Facts:
    """Refresh the facts that may have changed since they were gathered, at the time of the dial."""
    recent = recent_attempts(call, now, known.callees) if known.daily_attempts else ()
    return replace(known, now=now, on_do_not_call=on_do_not_call(call, known.callees), recent_attempts=recent)


def callees_of(call: Call, found: Route) -> tuple[str, ...]:
    """Return the number called with and without a tech prefix, so that a prefix cannot bypass the policies."""
    digits = re.sub(r"[^0-9]", "", found.dialed(call.to_number))
    behind = or_none(f"+{digits}")
    return tuple(dict.fromkeys([call.to_number, *([behind] if behind else [])]))


def calling_hours(config: TelephonySettings) -> Hours | None:
    if config.calling_hours_start is None or config.calling_hours_end is None:
        return None
    days: Sequence[int] = config.calling_days or range(7)
    return Hours(config.calling_hours_start, config.calling_hours_end, frozenset(days))


def recent_attempts(call: Call, now: datetime, callees: Sequence[str] = ()) -> tuple[datetime, ...]:
    """Return when the workspace dialed this callee in the last 24 hours, without failures before ringing."""
    settle()  # those of this group count
    dialed = (
        Attempt.objects.filter(
            call__workspace=call.workspace_id,
            call__to_number__in=callees or [call.to_number],
            dialed_at__gt=now - ATTEMPT_WINDOW,
        )
        .exclude(reason__in=BEFORE_RINGING, ringing_at=None)
        .values_list("dialed_at", flat=True)
    )
    return tuple(at for at in dialed if at is not None)
