"""Agents in JSON: names and types. Rules are in models and services."""

from typing import Any

from rest_framework import serializers

from accounts.models.history import Noted
from telephony.api.fields import TRANSFER_HEADERS, HeadersField, RowIdField
from telephony.models import Agent
from telephony.models.abilities import MOST_TOOLS, MOST_TRANSFERS
from telephony.transfer_targets import LONGEST_TARGET
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer, NamedChoiceField

VARIABLES = (
    "Values of the placeholders in the agent's texts: text, numbers and booleans by name, at most 8 KiB. Names have "
    "letters from a to z, digits and underscores."
)


class ToolSerializer(CamelSerializer):
    """An HTTP function that an agent may call."""

    name = serializers.CharField(
        max_length=64, help_text="The function name for the language model, such as `find_order`."
    )
    description = serializers.CharField(
        max_length=1_000, help_text="What it does and when to use it, for the language model."
    )
    parameters: Any = serializers.DictField(required=False, help_text="JSON schema of the arguments, an object.")
    url = serializers.CharField(
        max_length=500,
        help_text="The https URL that receives its requests. Its path and query may have placeholders: `{{order}}`.",
    )
    body: Any = serializers.DictField(
        required=False, help_text="JSON sent as `body` with each request. Its texts may have placeholders."
    )


class AgentTransferSerializer(CamelSerializer):
    """A transfer target of an agent."""

    name = serializers.CharField(max_length=64, help_text="The target name for the language model, such as `sales`.")
    description = serializers.CharField(
        max_length=1_000, required=False, allow_blank=True, help_text="When to transfer."
    )
    to = serializers.CharField(
        max_length=LONGEST_TARGET, help_text="An E.164 number, or a `tel:`, `sip:` or `sips:` URI with parameters."
    )
    mode = NamedChoiceField(["cold", "warm"], required=False, help_text="Default: `cold`.")
    transfer_headers = HeadersField(required=False, help_text=TRANSFER_HEADERS)


class AgentSerializer(CamelModelSerializer[Agent]):
    """A voice agent."""

    provider_key = serializers.CharField(
        write_only=True,
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        max_length=500,
        help_text="API key of the AI provider, never returned. Kept if not sent in a change; null clears it. "
        "Required again if the provider or a URL that receives it changes.",
    )
    provider_key_id = RowIdField(
        source="stored_key",
        required=False,
        allow_null=True,
        help_text="A key of `/v1/provider-keys` instead of one of its own. It replaces the agent's own key, and the "
        "reverse.",
    )
    stt_key_id = RowIdField(
        source="stt_key", required=False, allow_null=True, help_text="A key of `/v1/provider-keys` of `sttProvider`."
    )
    tts_key_id = RowIdField(
        source="tts_key", required=False, allow_null=True, help_text="A key of `/v1/provider-keys` of `ttsProvider`."
    )
    has_provider_key = serializers.BooleanField(read_only=True, help_text="Whether it has a key of its own.")
    revision_note = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=Noted.LONGEST_NOTE,
        help_text="A note for the revision that this save makes.",
    )
    warnings = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Side effects of a change, such as the removal of a tool secret.",
    )
    tools = ToolSerializer(many=True, required=False, max_length=MOST_TOOLS)  # type: ignore[call-arg]  # many takes it
    transfers = AgentTransferSerializer(many=True, required=False, max_length=MOST_TRANSFERS)  # type: ignore[call-arg]
    analysis_schema: Any = serializers.DictField(
        required=False, help_text="JSON schema of the fields to extract from each call."
    )
    analysis_template_id = RowIdField(
        source="analysis_template",
        required=False,
        allow_null=True,
        help_text="A template of `/v1/analysis-templates` instead of an `analysisSchema` of its own. It replaces that "
        "one, and the reverse.",
    )

    class Meta:
        model = Agent
        fields = [
            "id", "name", "direction", "system_prompt", "greeting", "require_variables", "voice", "language",
            "ai_provider", "provider_key", "provider_key_id", "has_provider_key", "provider_check", "provider_agent_id",
            "custom_endpoint", "base_url",
            "stt_url", "tts_url", "llm_model", "stt_model", "tts_model", "stt_provider", "stt_key_id", "tts_provider",
            "tts_key_id", "embedding_model", "voicemail_action",
            "voicemail_message",
            "silence_seconds", "silence_prompt", "silence_prompts", "tools", "transfers", "sends_digits",
            "analyzes_calls", "analysis_model", "analysis_schema", "analysis_template_id", "active", "revision_note",
            "warnings",
        ]  # fmt: skip
        read_only_fields = ["provider_check"]
        extra_kwargs = {
            "provider_check": {
                "help_text": "Result of the key check with the AI provider: `unverified` until it responds."
            }
        }


class AgentOverridesSerializer(CamelModelSerializer[Agent]):
    """Fields of the agent that differ for one call."""

    max_duration_seconds = serializers.IntegerField(
        required=False, min_value=10, max_value=14_400, help_text="Instead of the call's own `maxDurationSeconds`."
    )

    class Meta:
        model = Agent
        fields = ["system_prompt", "greeting", "voice", "language", "voicemail_message", "max_duration_seconds"]


class PreviewSerializer(CamelSerializer):
    """Variables and overrides as a call would have them."""

    variables: Any = serializers.DictField(required=False, help_text=VARIABLES)
    agent_overrides = AgentOverridesSerializer(required=False)


class PreviewedSerializer(CamelSerializer):
    """An agent's texts, rendered."""

    system_prompt = serializers.CharField()
    greeting = serializers.CharField()
    voicemail_message = serializers.CharField()
    silence_prompt = serializers.CharField()
    missing = serializers.ListField(
        child=serializers.CharField(),
        help_text="Variables without a value that the texts use without a default.",
    )
