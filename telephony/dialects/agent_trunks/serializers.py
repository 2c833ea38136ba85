"""An agent trunk in JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from agents.choices import AiProvider, ProviderCheck
from telephony.call_metrics import CallMetrics
from telephony.choices import TrunkStatus
from telephony.models import SipEndpoint
from telephony.validators import validate_sip_user
from voxa.core.api.serializers import NamedChoiceField, StrictSerializer

PROVIDERS = [(one.value, one.label) for one in (AiProvider.OPENAI, AiProvider.ELEVENLABS, AiProvider.CUSTOM)]
STATUSES = ("active", "inactive", "error")


class _TrunkSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Such as `conn_2f1c…`.")
    name = serializers.CharField()
    status = serializers.CharField(help_text="`active`, `inactive` or `error`.")
    ai_provider = serializers.CharField()
    sip_username = serializers.CharField(help_text="The user of SIP digest authentication.")


class AgentTrunkSerializer(_TrunkSerializer):
    """An AI agent with a SIP address. Its password and provider key are never returned."""

    sip_endpoint = serializers.CharField(help_text="The address that the carrier sends calls to.")
    created_at = serializers.DateTimeField()


class AgentTrunkMetricsSerializer(serializers.Serializer[Any]):
    """The agent's calls since midnight in the workspace's time zone."""

    calls_today = serializers.IntegerField()
    success_rate = serializers.FloatField(help_text="Percentage of ended calls that were completed; 0 without calls.")
    avg_latency_ms = serializers.IntegerField(help_text="From the start of the call to its answer; 0 without calls.")


class ListedAgentTrunkSerializer(_TrunkSerializer):
    """A trunk in the list."""

    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    metrics = AgentTrunkMetricsSerializer()


class AgentTrunkPaginationSerializer(serializers.Serializer[Any]):
    """The position of the page in the list."""

    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    total = serializers.IntegerField()


@extend_schema_serializer(many=False)
class AgentTrunkListSerializer(serializers.Serializer[Any]):
    """The workspace's trunks, newest first."""

    trunks = ListedAgentTrunkSerializer(many=True)
    pagination = AgentTrunkPaginationSerializer()


class UpdatedAgentTrunkSerializer(serializers.Serializer[Any]):
    """A trunk after a change."""

    id = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField(help_text="`active`, `inactive` or `error`.")
    updated_at = serializers.DateTimeField()


class RotatedPasswordSerializer(serializers.Serializer[Any]):
    """The new password, shown this once."""

    id = serializers.CharField()
    sip_username = serializers.CharField()
    sip_password = serializers.CharField()
    rotated_at = serializers.DateTimeField()


def _secret(help_text: str) -> serializers.CharField:
    return serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=500,
        trim_whitespace=False,
        write_only=True,
        help_text=help_text,
    )


class AgentTrunkChangeSerializer(StrictSerializer):
    """The writable fields of a trunk. Fields that are not sent are kept."""

    name = serializers.CharField(max_length=100, required=False)
    openai_api_key = _secret("Required when `ai_provider` is `openai`. Checked with OpenAI.")
    elevenlabs_api_key = _secret("Required when `ai_provider` is `elevenlabs`. Checked with ElevenLabs.")
    elevenlabs_agent_id = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=200,
        help_text="Required when `ai_provider` is `elevenlabs`.",
    )
    custom_endpoint = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=500,
        help_text="A public `wss://` URL. Required when `ai_provider` is `custom`.",
    )
    system_prompt = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        max_length=32_000,
        help_text="Sent to the agent at the start of each call.",
    )


class NewAgentTrunkSerializer(AgentTrunkChangeSerializer):
    """A new trunk. Keys of other providers are rejected."""

    name = serializers.CharField(max_length=100)
    ai_provider = NamedChoiceField(PROVIDERS)
    sip_username = serializers.CharField(
        max_length=64,
        trim_whitespace=False,
        validators=[validate_sip_user],
        help_text="Unique within the workspace: letters, digits and hyphens.",
    )
    sip_password = serializers.CharField(min_length=8, max_length=128, trim_whitespace=False, write_only=True)


class AgentTrunkQuerySerializer(serializers.Serializer[Any]):
    """The requested page."""

    limit = serializers.IntegerField(default=20, min_value=1, max_value=100)
    offset = serializers.IntegerField(default=0, min_value=0, max_value=1_000_000_000)
    status = NamedChoiceField(STATUSES, required=False)


def show(endpoint: SipEndpoint, domain: str) -> dict[str, Any]:
    """Return a trunk in the reference's format."""
    return {
        **_head(endpoint),
        "ai_provider": endpoint.agent.ai_provider,
        "sip_username": endpoint.sip_username,
        "sip_endpoint": f"{endpoint.user_part}@{domain}",
        "created_at": time_text(endpoint.created_at),
    }


def show_listed(endpoint: SipEndpoint, metrics: Mapping[Any, CallMetrics]) -> dict[str, Any]:
    """Return a trunk in the format of the reference's list."""
    found = metrics.get(endpoint.agent_id, CallMetrics())
    return {
        **_head(endpoint),
        "ai_provider": endpoint.agent.ai_provider,
        "sip_username": endpoint.sip_username,
        "created_at": time_text(endpoint.created_at),
        "updated_at": _updated(endpoint),
        "metrics": {
            "calls_today": found.calls,
            "success_rate": found.success_rate,
            "avg_latency_ms": found.milliseconds_to_answer,
        },
    }


def show_updated(endpoint: SipEndpoint) -> dict[str, Any]:
    """Return the reference's response to a change."""
    return {**_head(endpoint), "updated_at": _updated(endpoint)}


def time_text(time: datetime) -> str:
    """Return a time in the reference's format, in whole seconds: 2024-03-10T12:00:00Z."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def status_of(endpoint: SipEndpoint) -> str:
    """Return the reference's status: `error` needs manual action, `inactive` accepts no calls now.

    A change that is not synced yet leaves it `active`: calls are handled as before the change.
    """
    if endpoint.status == TrunkStatus.FAILED or endpoint.agent.provider_check == ProviderCheck.REFUSED:
        return "error"
    return "active" if endpoint.synced_generation and endpoint.agent.active else "inactive"


def _head(endpoint: SipEndpoint) -> dict[str, Any]:
    return {"id": endpoint.public_id, "name": endpoint.name, "status": status_of(endpoint)}


def _updated(endpoint: SipEndpoint) -> str:
    return time_text(max(endpoint.updated_at, endpoint.agent.updated_at))
