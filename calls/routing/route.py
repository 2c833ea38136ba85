"""Route of a call: trunk, gateways, number and agent, and the facts for the policies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from calls.choices import BEFORE_RINGING, LIVE, Reason
from calls.dialer.spend import cap_of, spent
from calls.do_not_call.erased_numbers import listed_as
from calls.models import Attempt, Call, DoNotCall
from calls.routing.calling_hours import Hours
from calls.routing.policies import ATTEMPT_WINDOW, Facts, Load, Refusal
from telephony.choices import CallingHoursFallback, ObjectKind, TrunkStatus
from telephony.models import LiveKitObject, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from voxa.core.lookup import only_row
from voxa.core.phone_numbers import or_none

NOT_VERIFIED = "Use a number of this workspace on an active trunk as the caller ID."
PROVISIONED_IN = timedelta(seconds=5)  # delay before a trunk that is being provisioned is checked again


@dataclass(frozen=True)
class Hop:
    """A gateway with its outbound trunk in LiveKit. The shared trunk has no row."""

    livekit_trunk_id: str
    gateway_id: UUID | None = None


@dataclass(frozen=True)
class Route:
    """Route of an outbound call: hops in the order they are tried, and the number format for the carrier."""

    hops: tuple[Hop, ...]
    trunk: Trunk | None
    number: PhoneNumber | None

    def dialled(self, to_number: str) -> str:
        """Return the number sent to the carrier: tech prefix, `+` if the trunk wants it, digits."""
        if self.trunk is None:
            return to_number
        return f"{self.trunk.tech_prefix}{'+' if self.trunk.leading_plus else ''}{to_number.removeprefix('+')}"

    def ringing_seconds(self, default: float) -> float:
        """Return the ringing timeout in seconds: the trunk's, else the default."""
        return trunk_rings(self.trunk, default)


def trunk_rings(trunk: Trunk | None, default: float) -> float:
    """Return a trunk's ringing timeout in seconds, else the default."""
    return float((trunk and trunk.ringing_timeout_seconds) or default)


def own_number(workspace_id: UUID, number: str) -> PhoneNumber | None:
    """Return a workspace's own number with its trunk, None if it does not have it."""
    return only_row(PhoneNumber.objects.filter(workspace=workspace_id, number=number).select_related("trunk"))


def is_verified(number: PhoneNumber, project: LiveKitProject) -> bool:
    """Return whether a number of the workspace may be a caller ID: its trunk is active.

    A trunk that was active and is being changed also counts; while LiveKit is not configured no trunk can be active,
    and calls wait in the queue.
    """
    trunk = number.trunk
    was_active = trunk.synced_at is not None or not project.is_configured
    return trunk.status == TrunkStatus.ACTIVE or (trunk.status == TrunkStatus.PENDING and was_active)


def route(call: Call, config: TelephonySettings, now: datetime) -> Route | Refusal:
    """Return the route of a queued call, or a refusal, permanent or until a trunk is provisioned.

    Order: the requested trunk, the caller ID's own trunk, the shared trunk if allowed.
    """
    number = own_number(call.workspace_id, call.from_number)
    if number is None or number.trunk.status == TrunkStatus.FAILED:
        return Refusal(Reason.CALLER_ID, NOT_VERIFIED)
    trunk = call.trunk if call.trunk_chosen else number.trunk
    if TrunkStatus.PENDING in (number.trunk.status, trunk.status if trunk else ""):
        return Refusal(Reason.NO_TRUNK, "The trunk is being provisioned in LiveKit.", now + PROVISIONED_IN)
    hops = hops_of(trunk, config.project) if trunk is not None and trunk.status == TrunkStatus.ACTIVE else ()
    if hops:
        return Route(hops, trunk, number)
    shared = settings.LIVEKIT_SIP_OUTBOUND_TRUNK_ID
    if shared and config.allow_shared_trunk and config.project.is_default and not call.trunk_chosen:
        return Route((Hop(shared),), None, number)
    return Refusal(
        Reason.NO_TRUNK, "The trunk is not active or has no outbound gateway. Provision it, or choose another."
    )


def hops_of(trunk: Trunk, project: LiveKitProject) -> tuple[Hop, ...]:
    """Return a trunk's outbound gateways that exist in this LiveKit project, by (priority, created)."""
    ids: dict[UUID, str] = dict(
        LiveKitObject.objects.filter(trunk=trunk, project=project, kind=ObjectKind.OUTBOUND)
        .exclude(livekit_id="")
        .values_list("source_id", "livekit_id")
    )
    gateways = trunk.gateways.filter(outbound=True).values_list("id", flat=True)
    return tuple(Hop(ids[gateway], gateway) for gateway in gateways if gateway in ids)


def facts(call: Call, found: Route, config: TelephonySettings, now: datetime) -> Facts:
    """Gather the policies' input, in at most eight queries."""
    workspace = config.workspace
    cap = cap_of(config, now)
    live = Call.objects.filter(workspace=workspace, status__in=LIVE).exclude(pk=call.pk)
    counts = live.aggregate(all=Count("pk"), trunk=Count("pk", filter=Q(trunk=found.trunk)))
    return Facts(
        now=now,
        to_number=call.to_number,
        countries=frozenset(config.allowed_countries or [workspace.country]),
        caller_id_verified=found.number is not None,
        callees=(callees := callees_of(call, found)),
        allow_premium=config.allow_premium,
        allow_unknown=config.allow_unknown_numbers,
        on_do_not_call=on_do_not_call(call, callees),
        hours=calling_hours(config),
        home_zone=workspace.time_zone,
        strict_hours=config.calling_hours_fallback == CallingHoursFallback.STRICT,
        recent_attempts=recent_attempts(call, now, callees) if config.daily_attempts_per_callee else (),
        daily_attempts=config.daily_attempts_per_callee,
        trunk=Load(counts["trunk"], found.trunk.max_concurrent_calls if found.trunk else None),
        workspace=Load(counts["all"], config.max_concurrent_calls),
        spent_today=spent(cap, now) if cap else Decimal(0),
        spend_limit=cap.limit if cap else None,
        spend_resets_at=cap.resets_at if cap else None,
        currency=config.currency,
        not_after=call.not_after,
    )


def facts_now(call: Call, known: Facts, now: datetime) -> Facts:
    """Refresh the facts that may have changed since they were gathered, at the time of the dial."""
    recent = recent_attempts(call, now, known.callees) if known.daily_attempts else ()
    return replace(known, now=now, on_do_not_call=on_do_not_call(call, known.callees), recent_attempts=recent)


def callees_of(call: Call, found: Route) -> tuple[str, ...]:
    """Return the number called with and without a tech prefix, so that a prefix cannot bypass the policies."""
    digits = re.sub(r"[^0-9]", "", found.dialled(call.to_number))
    behind = or_none(f"+{digits}")
    return tuple(dict.fromkeys([call.to_number, *([behind] if behind else [])]))


def on_do_not_call(call: Call, callees: Sequence[str] = ()) -> bool:
    """Return whether the callee, or one of several possible callees, is on the workspace's do-not-call list."""
    listed = [entry for number in callees or [call.to_number] for entry in listed_as(number)]
    return DoNotCall.objects.filter(workspace=call.workspace_id, number__in=listed).exists()


def calling_hours(config: TelephonySettings) -> Hours | None:
    """Return the workspace's calling hours, None if there are none."""
    if config.calling_hours_start is None or config.calling_hours_end is None:
        return None
    days: Sequence[int] = config.calling_days or range(7)
    return Hours(config.calling_hours_start, config.calling_hours_end, frozenset(days))


def recent_attempts(call: Call, now: datetime, callees: Sequence[str] = ()) -> tuple[datetime, ...]:
    """Return when the workspace dialed this callee in the last 24 hours, without failures before ringing."""
    dialled = (
        Attempt.objects.filter(
            call__workspace=call.workspace_id,
            call__to_number__in=callees or [call.to_number],
            dialed_at__gt=now - ATTEMPT_WINDOW,
        )
        .exclude(reason__in=BEFORE_RINGING, ringing_at=None)
        .values_list("dialed_at", flat=True)
    )
    return tuple(at for at in dialled if at is not None)
