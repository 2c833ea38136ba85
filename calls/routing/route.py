"""Route of a call: trunk, gateways, number and agent, and the facts for the policies."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from calls.choices import Reason
from calls.models import Call
from calls.routing.policies import Refusal
from telephony.choices import ObjectKind, TrunkStatus
from telephony.models import Gateway, LiveKitObject, LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from voxa.core.statements import Fixed

NOT_VERIFIED = "Use a number of this workspace on an active trunk as the caller ID."
TRUNK_PAUSED = "Outbound calls over the trunk are paused. Resume them on its page, or use another trunk."
PAUSED_FOR = timedelta(minutes=5)  # delay before a paused trunk is checked again, unless it is resumed
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

    def dialed(self, to_number: str) -> str:
        """Return the number sent to the carrier: tech prefix, `+` if the trunk wants it, digits."""
        if self.trunk is None:
            return to_number
        return f"{self.trunk.tech_prefix}{'+' if self.trunk.leading_plus else ''}{to_number.removeprefix('+')}"

    def ringing_seconds(self, default: float) -> float:
        return trunk_rings(self.trunk, default)


def trunk_rings(trunk: Trunk | None, default: float) -> float:
    return float((trunk and trunk.ringing_timeout_seconds) or default)


def own_number(workspace_id: UUID, number: str) -> PhoneNumber | None:
    """Return a workspace's own number with its trunk, None if it does not have it."""
    return own_number_asked.only(workspace_id, number)


own_number_asked = Fixed(
    lambda workspace, number: (
        PhoneNumber.objects.filter(workspace=workspace, number=number).select_related("trunk").order_by()
    ),
    UUID,
    str,
    shared=True,
)


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
    if trunk is not None and trunk.paused_at is not None:
        return Refusal(Reason.TRUNK_PAUSED, TRUNK_PAUSED, now + PAUSED_FOR)
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
    return tuple(Hop(livekit_id, gateway) for gateway, livekit_id in _ways_out(trunk.pk, project.pk) if livekit_id)


def _gateways(trunk: Any, project: Any) -> QuerySet[Any, Any]:
    """Return a trunk's outbound gateways, each with the ID of its LiveKit trunk."""
    provisioned = LiveKitObject.objects.filter(
        trunk=trunk, project=project, kind=ObjectKind.OUTBOUND, source_id=OuterRef("pk")
    )
    ids = Subquery(provisioned.values("livekit_id")[:1])
    return Gateway.objects.filter(trunk=trunk, outbound=True).values_list("id", ids)


_ways_out: Fixed[Any] = Fixed(_gateways, UUID, UUID, shared=True)
