"""OpenAPI descriptions of each operation. The trunk examples are those of the carrier-trunk reference."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers

from telephony.api.agent_serializers import PreviewedSerializer, PreviewSerializer
from telephony.api.serializers import TrunkSerializer
from telephony.models import Trunk
from voxa.core.api.names import camel

_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
_TIME = "2026-03-01T09:30:00.000000Z"
_GATEWAY = {"ipOrDomain": "sip.telnyx.com", "port": 5060, "protocol": "udp", "inbound": True, "outbound": True}
_TRUNK = {"name": "Telnyx", "gateways": [_GATEWAY], "authUsername": "myuser", "authPassword": "mypass"}

_TRUNK_SHOWN: dict[str, Any] = {
    "id": _ID,
    "name": "Telnyx",
    "status": "active",
    "gateways": [{**_GATEWAY, "netmask": 32, "priority": 0}],
    "auth_username": "myuser",
    "has_password": True,
    "livekit_inbound_trunk_id": "ST_zGk5ZyWmGzvK",
    "livekit_outbound_trunk_id": "ST_b2qWJTiQmYJx",
    "livekit_dispatch_rule_id": "SDR_kR9Yx5oTSkJd",
    "numbers": [{"id": _ID, "number": "+15550100000", "agentId": None}],
    "created_at": _TIME,
    "updated_at": _TIME,
}


def example_of(model: type[Model], names: Iterable[str], shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer's example: the values in `shown`, by field names, and the model's defaults for the others."""
    defaults = {field.name: field.get_default() for field in model._meta.concrete_fields}
    values = {name: getattr(value, "value", value) for name, value in defaults.items()} | dict(shown)
    return {camel(name): values[name] for name in names}


_TRUNK_ANSWER = example_of(
    Trunk, [name for name in TrunkSerializer.Meta.fields if name != "auth_password"], _TRUNK_SHOWN
)
_NUMBER = {"number": "+15550100000", "trunkId": _ID}
_NUMBER_ANSWER: dict[str, Any] = {
    "id": _ID, "number": "+15550100000", "trunkId": _ID, "agentId": None, "agentRevision": None,
    "transferTrunkId": None, "label": "", "assistantRequestUrl": "", "businessHours": [], "holidays": [],
    "fallback": "", "fallbackAgentId": None, "fallbackTo": "", "fallbackMode": "cold", "fallbackMessage": "",
    "createdAt": _TIME,
}  # fmt: skip
_TOOL = {
    "name": "find_order",
    "description": "Finds an order by its number.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
    "url": "https://api.example.com/voxa/find-order",
}
_TRANSFER = {"name": "sales", "description": "Questions about prices.", "to": "+15550100001", "mode": "warm"}
_AGENT = {
    "name": "Reception", "direction": "inbound", "greeting": "Hello, this is Acme.", "language": "en-US",
    "tools": [_TOOL], "transfers": [_TRANSFER],
}  # fmt: skip
AGENT_ANSWER: dict[str, Any] = {
    "id": _ID, **_AGENT, "systemPrompt": "", "requireVariables": False, "voice": "", "aiProvider": "openai",
    "providerKeyId": None, "hasProviderKey": False,
    "providerCheck": "unverified", "providerAgentId": "", "customEndpoint": "", "baseUrl": "",
    "sttUrl": "", "ttsUrl": "", "llmModel": "",
    "sttModel": "", "ttsModel": "", "sttProvider": "", "sttKeyId": None, "ttsProvider": "", "ttsKeyId": None,
    "embeddingModel": "", "voicemailAction": "",
    "voicemailMessage": "", "silenceSeconds": 10,
    "silencePrompt": "", "silencePrompts": 2, "sendsDigits": False,
    "analyzesCalls": False, "analysisModel": "", "analysisSchema": {}, "analysisTemplateId": None,
    "active": True, "warnings": [],
}  # fmt: skip
_TRUNK_ID = OpenApiParameter(
    "id", OpenApiTypes.STR, "path", description="The trunk's UUID, or a current or former `ST_` id."
)


def _examples(request: dict[str, Any], answer: dict[str, Any]) -> list[OpenApiExample]:
    return [
        OpenApiExample("Request", request, request_only=True),
        OpenApiExample("Answer", answer, response_only=True),
    ]


def operations(
    name: str,
    plural: str,
    request: dict[str, Any],
    change: dict[str, Any],
    answer: dict[str, Any],
    told: dict[str, str],
    *parameters: Any,
    stem: str = "",
) -> dict[str, Any]:
    """Return the schema of the five operations of a resource; `told` has descriptions beyond the summaries."""
    summaries = {
        "list": f"List {plural}",
        "create": f"Create {name}",
        "retrieve": f"Get {name}",
        "partial_update": f"Update {name}",
        "destroy": f"Delete {name}",
    }
    shown = _examples(request, answer)[1:]
    examples = {
        "create": _examples(request, answer),
        "partial_update": _examples(change, {**answer, **change}),
        "destroy": None,
    }
    tag = plural.capitalize() if not plural.startswith("SIP") else plural
    stem = stem or plural.rpartition(" ")[2]
    return {
        action: extend_schema(
            tags=[tag],
            operation_id=f"{stem}_{action.removeprefix('partial_')}",
            summary=summary,
            description=told.get(action, summary + "."),
            parameters=[] if action in ("list", "create") else list(parameters),
            examples=examples.get(action, shown),
        )
        for action, summary in summaries.items()
    }


TRUNKS = extend_schema_view(
    **operations(
        "SIP trunk",
        "SIP trunks",
        _TRUNK,
        {"name": "Telnyx, Frankfurt", "techPrefix": "9"},
        _TRUNK_ANSWER,
        {
            "list": "Trunks with their gateways, status and numbers.",
            "create": "Creates a trunk and provisions it in LiveKit. It stays `pending` while LiveKit cannot be "
            "reached, and becomes `active` automatically later.",
            "partial_update": "Changes the fields in the body and provisions again; without a body it only provisions. "
            "`gateways` replaces the whole list. An omitted password is kept. Username and password are one pair: "
            "either of them alone as null clears both.",
            "destroy": "Deletes the trunk and its numbers, and removes it from LiveKit as soon as that is reachable.",
        },
        _TRUNK_ID,
    ),
)
PROVISION = extend_schema(
    tags=["SIP trunks"],
    operation_id="trunks_provision",
    summary="Re-provision SIP trunk",
    description="Provisions the trunk in LiveKit again and returns its new state.",
    parameters=[_TRUNK_ID],
    request=None,
    examples=_examples({}, _TRUNK_ANSWER)[1:],
)
PAUSE = extend_schema(
    tags=["SIP trunks"],
    operation_id="trunks_pause",
    summary="Pause outbound calls",
    description="New outbound calls over the trunk wait in the queue, and warm transfers over it are refused. Inbound "
    "calls and calls in progress go on.",
    parameters=[_TRUNK_ID],
    request=None,
    examples=_examples({}, {**_TRUNK_ANSWER, "pausedAt": _TIME})[1:],
)
RESUME = extend_schema(
    tags=["SIP trunks"],
    operation_id="trunks_resume",
    summary="Resume outbound calls",
    description="Dials the calls that waited while the trunk was paused, oldest first.",
    parameters=[_TRUNK_ID],
    request=None,
    examples=_examples({}, _TRUNK_ANSWER)[1:],
)
NUMBERS = extend_schema_view(
    **operations(
        "phone number",
        "phone numbers",
        _NUMBER,
        {"agentId": _ID, "label": "Sales"},
        _NUMBER_ANSWER,
        {
            "create": "Adds a number to a trunk and provisions it again. A number is unique per LiveKit server: "
            "409 `number_taken` if it is already in use.",
            "partial_update": "Changes the fields in the body; another `trunkId` moves the number to that trunk.",
        },
    )
)
AGENTS = extend_schema_view(
    **operations(
        "agent",
        "agents",
        _AGENT,
        {"greeting": "Good morning, this is Acme."},
        AGENT_ANSWER,
        {"destroy": "Deletes the agent. Its numbers stay, without an agent."},
    )
)
TOOL_SECRET = extend_schema(
    tags=["Agents"],
    operation_id="agents_tool_secret",
    summary="Rotate an agent's tool secret",
    description="Returns a new secret that signs the agent's tool requests (Standard Webhooks). It is not shown "
    "again, and the old one stops working at once.",
    request=None,
    responses={200: inline_serializer("ToolSecret", {"secret": serializers.CharField()})},
    examples=[OpenApiExample("Answer", {"secret": "whsec_..."}, response_only=True)],
)
PREVIEW = extend_schema(
    tags=["Agents"],
    operation_id="agents_preview",
    summary="Preview an agent's texts",
    description="Renders the agent's texts with variables and overrides, as for an outbound call placed now. Nothing "
    "is stored or called. `call_id`, `from` and `to` are examples.",
    request=PreviewSerializer,
    responses={200: PreviewedSerializer},
    examples=[
        OpenApiExample("Request", {"variables": {"first_name": "Ada"}}, request_only=True),
        OpenApiExample(
            "Answer",
            {
                "systemPrompt": "",
                "greeting": "Hello Ada.",
                "voicemailMessage": "",
                "silencePrompt": "",
                "missing": ["order"],
            },
            response_only=True,
        ),
    ],
)
