"""OpenAPI descriptions of this dialect. The examples are those of the reference."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from telephony.dialects.agent_trunks.serializers import (
    AgentTrunkChangeSerializer,
    AgentTrunkListSerializer,
    AgentTrunkQuerySerializer,
    AgentTrunkSerializer,
    NewAgentTrunkSerializer,
    RotatedPasswordSerializer,
    UpdatedAgentTrunkSerializer,
)

TAG = "Dialect: agent trunks"
_ID = OpenApiParameter("id", OpenApiTypes.STR, "path", description="The trunk's id, such as `conn_…`.")
_CONN = "conn_3e4d9a520e3f4d7a9a3e6f3f6b1f2c11"
_TRUNK = {
    "id": _CONN,
    "name": "Production OpenAI Agent",
    "status": "active",
    "ai_provider": "openai",
    "sip_username": "agent-prod-01",
    "sip_endpoint": "agent-prod-01.acme@sip.example.com",
    "created_at": "2024-03-10T12:00:00Z",
}
_OPENAI = {
    "name": "Production OpenAI Agent",
    "ai_provider": "openai",
    "sip_username": "agent-prod-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "openai_api_key": "sk-openai-abc123",
    "system_prompt": "You are a helpful customer service agent.",
}
_ELEVENLABS = {
    "name": "ElevenLabs Sales Agent",
    "ai_provider": "elevenlabs",
    "sip_username": "el-sales-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "elevenlabs_api_key": "el_api_abc123",
    "elevenlabs_agent_id": "agent_xyz789",
}
_CUSTOM = {
    "name": "Custom WebSocket Agent",
    "ai_provider": "custom",
    "sip_username": "custom-agent-01",
    "sip_password": "s3cur3P@ssw0rd!",
    "custom_endpoint": "wss://your-agent.example.com/voice",
}
_METRICS = {"calls_today": 142, "success_rate": 97.2, "avg_latency_ms": 245}
_LISTED = {
    **{name: value for name, value in _TRUNK.items() if name != "sip_endpoint"},
    "updated_at": "2024-03-10T14:22:15Z",
    "metrics": _METRICS,
}


def _request(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


def _answer(value: Any, status: str = "200") -> OpenApiExample:
    return OpenApiExample("Answer", value, response_only=True, status_codes=[status])


AGENT_TRUNKS = extend_schema_view(
    list=extend_schema(
        tags=[TAG],
        operation_id="agent_trunks_list",
        summary="List agent trunks",
        description="The workspace's SIP endpoints with their agents, newest first.",
        parameters=[AgentTrunkQuerySerializer],
        responses={200: AgentTrunkListSerializer},
        examples=[_answer({"trunks": [_LISTED], "pagination": {"limit": 20, "offset": 0, "total": 1}})],
    ),
    create=extend_schema(
        tags=[TAG],
        operation_id="agent_trunks_create",
        summary="Create an agent trunk",
        description="Creates an agent that a carrier reaches by SIP with these credentials. The provider API key is "
        "checked with the provider, later if the provider does not respond.",
        request=NewAgentTrunkSerializer,
        responses={201: AgentTrunkSerializer},
        examples=[
            _request("OpenAI", _OPENAI),
            _request("ElevenLabs", _ELEVENLABS),
            _request("Custom", _CUSTOM),
            _answer(_TRUNK, "201"),
        ],
    ),
    retrieve=extend_schema(
        tags=[TAG],
        operation_id="agent_trunks_retrieve",
        summary="Get an agent trunk",
        description="A SIP endpoint with its agent.",
        parameters=[_ID],
        responses=AgentTrunkSerializer,
        examples=[_answer(_TRUNK)],
    ),
    partial_update=extend_schema(
        tags=[TAG],
        operation_id="agent_trunks_update",
        summary="Change an agent trunk",
        description="Fields that are not sent are kept, and a trunk may be sent back as returned by GET. "
        "A new key is checked with its provider.",
        parameters=[_ID],
        request=AgentTrunkChangeSerializer,
        responses=UpdatedAgentTrunkSerializer,
        examples=[
            _request(
                "Name and prompt", {"name": "Production OpenAI Agent v2", "system_prompt": "You are a specialist."}
            ),
            _answer(
                {
                    "id": _CONN,
                    "name": "Production OpenAI Agent v2",
                    "status": "active",
                    "updated_at": "2024-03-10T15:30:00Z",
                }
            ),
        ],
    ),
    destroy=extend_schema(
        tags=[TAG],
        operation_id="agent_trunks_destroy",
        summary="Delete an agent trunk",
        description="The agent is deleted too, with its provider key, unless it answers phone numbers.",
        parameters=[_ID],
        responses={204: None},
    ),
)

ROTATE_PASSWORD = extend_schema(
    tags=[TAG],
    operation_id="agent_trunks_rotate_password",
    summary="Rotate the SIP password",
    description="Generates a new password and returns it once. The old one stops working.",
    parameters=[_ID],
    request=None,
    responses={200: RotatedPasswordSerializer},
    examples=[
        _answer(
            {
                "id": _CONN,
                "sip_username": "agent-prod-01",
                "sip_password": "nEwPassw0rdxYz9kQ2mT7bW4",
                "rotated_at": "2024-03-10T16:00:00Z",
            }
        )
    ],
)
