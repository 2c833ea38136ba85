"""Trunks and numbers in JSON: names and types. Rules are in models and services."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from telephony import selectors
from telephony.api import answering
from telephony.api.answering import AnsweringSerializer
from telephony.api.fields import HeadersField, RowIdField
from telephony.choices import Codec
from telephony.models import Gateway, PhoneNumber, Trunk
from telephony.services.gateways import MAX_GATEWAYS
from telephony.trunk_parts import Parts, parts_of
from telephony.validators import validate_trunk_reference
from voxa.core.api.serializers import CamelModelSerializer, NamedChoiceField
from voxa.core.json_values import id_json, time_json
from voxa.core.number_text import LONGEST_TEXT
from voxa.core.values.countries import LONGEST

SPELLINGS = "In any common format, such as +1 (202) 555-0123; returned as E.164."


class TrunkReferenceField(serializers.CharField):
    """A trunk of the same workspace: returned as its id, accepted as its id or a current or former `ST_` id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, validators=[validate_trunk_reference], **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, f"{self.source}_id")


class GatewaySerializer(CamelModelSerializer[Gateway]):
    """A carrier's SIP host."""

    class Meta:
        model = Gateway
        fields = ["ip_or_domain", "port", "netmask", "protocol", "inbound", "outbound", "priority"]
        extra_kwargs = {
            "ip_or_domain": {
                "validators": [],  # the model splits off a port or netmask
                "max_length": 300,
                "help_text": "The carrier's SIP host or IP address, such as sip.telnyx.com.",
            },
            "port": {"min_value": 1, "max_value": 65535},
            "netmask": {
                "min_value": 0,
                "max_value": 128,
                "help_text": "Range of source addresses. The default, 32 (IPv6: 128), is this address only. "
                "The minimum is 16 (IPv6: 48); less than 24 (IPv6: 64) causes a warning.",
            },
            "priority": {
                "min_value": 0,
                "max_value": 32767,
                "help_text": "Lower values are tried first. Default: the position in the list.",
            },
        }


class TrunkNumberSerializer(CamelModelSerializer[PhoneNumber]):
    """A number within its trunk."""

    agent_id = serializers.UUIDField(allow_null=True, read_only=True)

    class Meta:
        model = PhoneNumber
        fields = ["id", "number", "agent_id"]


class TrunkSerializer(CamelModelSerializer[Trunk]):
    """A SIP trunk: a carrier's gateways and credentials, and their LiveKit ids."""

    gateways = GatewaySerializer(  # type: ignore[call-arg]  # many takes max_length
        many=True,
        max_length=MAX_GATEWAYS,
        required=False,
        help_text="At least one. Optional for a `carrier` whose preset has a host.",
    )
    auth_password = serializers.CharField(
        write_only=True,
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        max_length=255,
        help_text="SIP digest password. Kept if not sent in a change; null clears it together with the username. "
        "Required again for a change that sends it to another host, or no longer by TLS.",
    )
    has_password = serializers.BooleanField(read_only=True)
    headers = HeadersField(
        required=False,
        help_text="SIP headers of each outbound call, such as `P-Asserted-Identity`. "
        "Values may contain `{callId}`, `{from}` and `{to}`.",
    )
    headers_to_attributes = HeadersField(
        required=False,
        help_text="SIP headers to read from inbound calls and from responses, each with the attribute of the caller's "
        "participant that receives its value.",
    )
    attributes_to_headers = HeadersField(
        required=False,
        help_text="Participant attributes, each with the SIP header for its value "
        "in responses, transfers and hang-ups.",
    )
    transfer_headers = HeadersField(
        required=False,
        help_text="SIP headers of each cold transfer (REFER). Values may contain `{callId}`, `{from}` and `{to}`.",
    )
    codecs = serializers.ListField(
        child=NamedChoiceField(Codec.choices),
        required=False,
        max_length=len(Codec),
        help_text="Codecs to offer and accept, besides DTMF. Empty: all of them. LiveKit offers them in its own order.",
    )
    last_error = serializers.CharField(read_only=True, help_text="The error that needs manual action; empty if none.")
    warnings = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Problems that limit the service."
    )
    livekit_inbound_trunk_id = serializers.CharField(read_only=True, allow_null=True)
    livekit_outbound_trunk_id = serializers.CharField(read_only=True, allow_null=True)
    livekit_dispatch_rule_id = serializers.CharField(read_only=True, allow_null=True)
    numbers = serializers.SerializerMethodField(
        help_text="Sorted by number: the first 100 of each trunk in a list, the first 1000 of a single trunk. "
        "`/v1/telephony/numbers?trunkId=` returns all."
    )

    class Meta:
        model = Trunk
        fields = [
            "id", "name", "status", "last_error", "gateways", "auth_username", "auth_password", "has_password",
            "from_host", "media_encryption", "carrier", "for_transfers", "warnings", "tech_prefix", "leading_plus",
            "from_user", "display_name", "headers", "headers_to_attributes", "attributes_to_headers",
            "transfer_headers", "codecs", "ringing_timeout_seconds", "called_number_format", "calls_per_second",
            "max_concurrent_calls", "country", "paused_at",
            "livekit_inbound_trunk_id", "livekit_outbound_trunk_id", "livekit_dispatch_rule_id", "numbers",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["status"]
        extra_kwargs = {
            "auth_username": {
                "allow_null": True,
                "help_text": "SIP digest username; empty or null clears it and the password.",
            },
            "carrier": {
                "help_text": "A preset that sets port, protocol, `leadingPlus`, `techPrefix`, `mediaEncryption`, "
                "limits and source addresses that the request does not set. Empty: another carrier."
            },
            "country": {"max_length": LONGEST},
            "paused_at": {"help_text": "Since when new outbound calls over the trunk wait; null if they are dialed."},
            "tech_prefix": {"help_text": "Dialed before each number, as some carriers require."},
        }

    def to_representation(self, trunk: Trunk) -> dict[str, Any]:
        # Built by hand: a page may hold hundreds, and serializer fields take four times as long.
        parts = parts_of(trunk)
        ids = selectors.livekit_ids(trunk, parts)
        return {
            "id": str(trunk.pk),
            "name": trunk.name,
            "status": trunk.status,
            "lastError": trunk.last_error,
            "gateways": [gateway_json(gateway) for gateway in parts.gateways],
            "authUsername": trunk.auth_username,
            "hasPassword": trunk.has_password,
            "fromHost": trunk.from_host,
            "mediaEncryption": trunk.media_encryption,
            "carrier": trunk.carrier,
            "forTransfers": trunk.for_transfers,
            "warnings": trunk.warnings,
            "techPrefix": trunk.tech_prefix,
            "leadingPlus": trunk.leading_plus,
            "fromUser": trunk.from_user,
            "displayName": trunk.display_name,
            "headers": trunk.headers,
            "headersToAttributes": trunk.headers_to_attributes,
            "attributesToHeaders": trunk.attributes_to_headers,
            "transferHeaders": trunk.transfer_headers,
            "codecs": trunk.codecs,
            "ringingTimeoutSeconds": trunk.ringing_timeout_seconds,
            "calledNumberFormat": trunk.called_number_format,
            "callsPerSecond": None if trunk.calls_per_second is None else f"{trunk.calls_per_second:.2f}",
            "maxConcurrentCalls": trunk.max_concurrent_calls,
            "country": trunk.country,
            "pausedAt": trunk.paused_at and time_json(trunk.paused_at),
            "livekitInboundTrunkId": ids.inbound,
            "livekitOutboundTrunkId": ids.outbound,
            "livekitDispatchRuleId": ids.rule,
            "numbers": self.get_numbers(parts),
            "createdAt": time_json(trunk.created_at),
            "updatedAt": time_json(trunk.updated_at),
        }

    @extend_schema_field(TrunkNumberSerializer(many=True))
    def get_numbers(self, parts: Parts) -> list[dict[str, str | None]]:
        return [{"id": str(one.id), "number": one.number, "agentId": id_json(one.agent_id)} for one in parts.numbers]


def gateway_json(gateway: Any) -> dict[str, Any]:
    """Return a gateway of a trunk's parts as JSON."""
    return {
        "ipOrDomain": gateway.ip_or_domain,
        "port": gateway.port,
        "netmask": gateway.netmask,
        "protocol": gateway.protocol,
        "inbound": gateway.inbound,
        "outbound": gateway.outbound,
        "priority": gateway.priority,
    }


class NumberSerializer(AnsweringSerializer, CamelModelSerializer[PhoneNumber]):
    """A phone number on a trunk."""

    trunk_id = TrunkReferenceField(
        source="trunk",
        help_text="The number's trunk, by its id or an `ST_` id; a change moves the number.",
    )
    agent_id = RowIdField(source="agent", required=False, allow_null=True, help_text="The agent that answers.")
    agent_revision = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The agent's revision that answers, by its number; null: the newest. Another agent clears it.",
    )
    transfer_trunk_id = TrunkReferenceField(
        source="transfer_trunk",
        required=False,
        allow_null=True,
        help_text="The trunk for transfers of its calls, by its id or an `ST_` id.",
    )

    class Meta:
        model = PhoneNumber
        fields = [
            "id", "number", "trunk_id", "agent_id", "agent_revision", "transfer_trunk_id", "label", *answering.FIELDS,
            "created_at",
        ]  # fmt: skip
        extra_kwargs = {
            "number": {"max_length": LONGEST_TEXT, "help_text": SPELLINGS},
            "assistant_request_url": {"help_text": "Asked about each inbound call. Empty: the workspace's, if any."},
        }

    def to_representation(self, row: PhoneNumber) -> dict[str, Any]:
        return {  # by hand, as a trunk
            "id": str(row.pk),
            "number": row.number,
            "trunkId": str(row.trunk_id),
            "agentId": id_json(row.agent_id),
            "agentRevision": row.agent_revision,
            "transferTrunkId": id_json(row.transfer_trunk_id),
            "label": row.label,
            "assistantRequestUrl": row.assistant_request_url,
            "businessHours": row.business_hours,
            "holidays": row.holidays,
            "fallback": row.fallback,
            "fallbackAgentId": id_json(row.fallback_agent_id),
            "fallbackTo": row.fallback_to,
            "fallbackMode": row.fallback_mode,
            "fallbackMessage": row.fallback_message,
            "createdAt": time_json(row.created_at),
        }
