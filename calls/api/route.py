"""`/v1/route`."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceAPIView
from accounts.choices import Scope
from calls.api.filters import SPELLINGS
from calls.api.query import asked
from calls.choices import Direction
from calls.models import Call
from calls.presentation.schemas import REASONS
from calls.routing.policies import Refusal
from calls.routing.preview import RouteCheck, check_inbound, check_outbound
from telephony import selectors
from telephony.api.fields import RowIdField
from telephony.livekit.entrances import Entrance, Rule
from telephony.models import Gateway
from telephony.services.errors import Problems
from voxa.core.api.serializers import CamelSerializer, NamedChoiceField, shared
from voxa.core.json_values import time_json
from voxa.core.phone_numbers import is_withheld

_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
_REFUSED = "Calls to JM are not allowed. Allowed countries: US."
_EXAMPLE = {
    "direction": "outbound", "to": "+18765550123", "from": "+15550100000", "allowed": False,
    "reason": "country_not_allowed", "message": _REFUSED, "until": None, "dialled": "+18765550123",
    "number": {"id": _ID, "number": "+15550100000"}, "trunk": {"id": _ID, "name": "Main carrier", "status": "active"},
    "gateways": [{"id": _ID, "ipOrDomain": "198.51.100.7", "livekitTrunkId": "ST_b2qWJTiQmYJx"}],
    "sourceIp": "", "livekitAsked": False, "livekitTrunk": None, "livekitRule": None, "closedNow": False,
    "agent": {"id": _ID, "name": "Reception"},
    "policies": [
        {"policy": "do_not_call", "allowed": True, "message": "", "until": None},
        {"policy": "country", "allowed": False, "message": _REFUSED, "until": None},
    ],
}  # fmt: skip


class RouteQuery(CamelSerializer):
    """Query parameters of a route check."""

    to = serializers.CharField(help_text=f"The number called. {SPELLINGS}")
    direction = NamedChoiceField(Direction.choices, required=False, help_text="Default: `outbound`.")
    source_ip = serializers.IPAddressField(
        source="source", required=False, help_text="Source address of an inbound call. Default: an allowed address."
    )
    agent_id = RowIdField(source="agent", required=False, help_text="The agent that would talk.")
    trunk_id = serializers.CharField(source="trunk", required=False, help_text="The trunk: its UUID or `ST_` ID.")
    from_ = serializers.CharField(
        required=False,
        help_text="The caller. For an outbound call the caller ID, which is required. "
        "For a withheld inbound caller, omit it or send `anonymous`.",
    )


class VerdictSerializer(CamelSerializer):
    """Whether a call is allowed, and the refusal."""

    allowed = serializers.BooleanField()
    message = serializers.CharField(allow_blank=True, help_text="The refusal as text.")
    until = serializers.DateTimeField(allow_null=True, help_text="When the call is allowed; null: never, or now.")


class PolicySerializer(VerdictSerializer):
    """Verdict of one policy."""

    policy = serializers.CharField()


class RouteNumberSerializer(CamelSerializer):
    """The workspace's own number."""

    id = serializers.UUIDField()
    number = serializers.CharField()


class RouteTrunkSerializer(CamelSerializer):
    """The trunk of the call."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.CharField()


class RouteGatewaySerializer(CamelSerializer):
    """A gateway of the route; without an ID it is the shared trunk."""

    id = serializers.UUIDField(allow_null=True)
    ip_or_domain = serializers.CharField(allow_null=True)
    livekit_trunk_id = serializers.CharField()


class RouteObjectSerializer(CamelSerializer):
    """A LiveKit object that an inbound call matches."""

    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    foreign = serializers.BooleanField(help_text="Whether it was not created by Voxa.")


class RouteAgentSerializer(CamelSerializer):
    """The agent of the call."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class RouteSerializer(VerdictSerializer):
    """Preview of a call."""

    direction = serializers.ChoiceField(Direction.choices)
    to = serializers.CharField()
    reason = serializers.ChoiceField(REASONS, allow_blank=True, help_text="The refusal's code; empty if allowed.")
    dialled = serializers.CharField(allow_blank=True, help_text="The number sent to the carrier.")
    number = RouteNumberSerializer(allow_null=True)
    trunk = RouteTrunkSerializer(allow_null=True)
    gateways = RouteGatewaySerializer(many=True, help_text="In the order they are tried.")
    agent = RouteAgentSerializer(allow_null=True)
    policies = PolicySerializer(many=True)
    source_ip = serializers.CharField(allow_blank=True, help_text="The assumed source address of an inbound call.")
    livekit_asked = serializers.BooleanField(
        help_text="Whether LiveKit was queried; otherwise the result is based on Voxa's data only."
    )
    livekit_trunk = RouteObjectSerializer(allow_null=True, help_text="The inbound trunk that receives the call.")
    livekit_rule = RouteObjectSerializer(allow_null=True, help_text="The dispatch rule that matches.")
    closed_now = serializers.BooleanField(
        help_text="Whether an inbound call would come outside the business hours; `message` names what it gets then."
    )
    from_ = serializers.CharField(allow_blank=True)


class RouteView(WorkspaceAPIView[Call]):
    """Route check."""

    read_scope = Scope.CALLS_READ
    queryset = Call.objects.none()
    serializer_class = RouteSerializer
    extra_error_statuses = (400,)

    @extend_schema(
        tags=["Calls"],
        operation_id="route_retrieve",
        summary="Check a route",
        description="Previews a call without placing it: trunk, gateways, number, agent, each "
        "policy's verdict, and the refusal. For `direction=inbound`: who would answer at `to`.",
        parameters=[RouteQuery],
        examples=[OpenApiExample("Response", _EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        inbound = request.query_params.get("direction") == Direction.INBOUND
        withheld = inbound and is_withheld(request.query_params.get("from", ""))
        numbers = ("to",) if withheld else ("to", "from")
        with asked(request, shared(RouteQuery), *numbers) as (values, problems):
            if not inbound and "from" not in values:
                problems.add("from", "Enter the caller ID.", "required")
            agent = trunk = None
            if "agent" in values:
                agent = selectors.agents(self.workspace).filter(pk=values["agent"]).first()
                _must_be_there(problems, "agent", agent)
            if "trunk" in values:
                trunk = selectors.find_trunk(self.workspace, values["trunk"])
                _must_be_there(problems, "trunk", trunk)
        to, caller = values["to"], "" if withheld else values.get("from", "")
        if inbound:
            return Response(route_json(check_inbound(self.workspace, to, caller, values.get("source", ""))))
        return Response(route_json(check_outbound(self.workspace, to, caller, agent, trunk)))


def _must_be_there(problems: Problems, name: str, row: object) -> None:
    if row is None:
        problems.add(name, "No object with this ID exists in the workspace.", "not_found")


def route_json(check: RouteCheck) -> dict[str, Any]:
    """Return the payload of a route check."""
    number, trunk, agent = check.number, check.trunk, check.agent
    return {
        "direction": check.direction,
        "to": check.to,
        "from": check.caller,
        **_verdict(check.refusal),
        "message": " ".join(filter(None, [check.refusal.message if check.refusal else "", check.note])),
        "reason": check.refusal.reason if check.refusal else "",
        "dialled": check.dialed,
        "number": {"id": str(number.pk), "number": number.number} if number else None,
        "trunk": {"id": str(trunk.pk), "name": trunk.name, "status": trunk.status} if trunk else None,
        "gateways": [_gateway(gateway, livekit_id) for gateway, livekit_id in check.gateways],
        "agent": {"id": str(agent.pk), "name": agent.name} if agent else None,
        "closedNow": check.closed,
        **_livekit(check),
        "policies": [{"policy": name, **_verdict(refusal)} for name, refusal in check.policies.items()],
    }


def _livekit(check: RouteCheck) -> dict[str, Any]:
    """Return LiveKit's decision for an inbound call."""
    seen = check.seen
    met = seen.met if seen else None
    trunk, rule = (met.trunk, met.rule) if met else (None, None)
    return {
        "sourceIp": seen.source if seen else "",
        "livekitAsked": seen is not None and not seen.error,
        "livekitTrunk": _object(trunk, seen.trunk_row) if trunk and seen else None,
        "livekitRule": _object(rule, seen.rule_row) if rule and seen else None,
    }


def _object(one: Entrance | Rule, row_id: UUID | None) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "foreign": row_id is None}


def _verdict(refusal: Refusal | None) -> dict[str, Any]:
    message, until = (refusal.message, refusal.until) if refusal else ("", None)
    return {"allowed": refusal is None, "message": message, "until": time_json(until)}


def _gateway(gateway: Gateway | None, livekit_id: str) -> dict[str, Any]:
    return {
        "id": str(gateway.pk) if gateway else None,
        "ipOrDomain": gateway.ip_or_domain if gateway else None,
        "livekitTrunkId": livekit_id,
    }
