"""An outbound trunk in JSON, and the mapping of `trunk_config` to trunk fields."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, cast

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from telephony.addresses import validate_host
from telephony.api.reading import Reader, read
from telephony.models import Trunk
from telephony.services.errors import Problems
from telephony.services.numbers import MAX_NUMBERS
from telephony.validators import validate_e164
from voxa.core.api.serializers import NamedChoiceField, StrictSerializer, shared
from voxa.core.number_text import LONGEST_TEXT


class TwilioConfigSerializer(StrictSerializer):
    """A Twilio Elastic SIP trunk."""

    address = serializers.CharField(
        max_length=253, validators=[validate_host], help_text="Twilio SIP domain, such as example.pstn.twilio.com."
    )
    numbers = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TEXT, validators=[validate_e164]),
        min_length=1,
        max_length=MAX_NUMBERS,
        help_text="Phone numbers of this trunk, with + and country code; stored as E.164.",
    )
    username = serializers.CharField(max_length=255, help_text="Twilio Account SID, or the username of a credential.")
    password = serializers.CharField(max_length=255, trim_whitespace=False, help_text="Its token or password.")


def _optional_host(help_text: str) -> serializers.CharField:
    """Return an optional field. Missing, null and empty mean the same."""
    return serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=253,
        validators=[validate_host],
        help_text=help_text,
    )


class ExotelConfigSerializer(StrictSerializer):
    """An Exotel virtual number. Missing values come from the preset."""

    exotel_number = serializers.CharField(
        max_length=LONGEST_TEXT,
        validators=[validate_e164],
        help_text="Exotel virtual number, the caller ID, with + and country code.",
    )
    sip_host = _optional_host("SIP proxy, instead of the preset's.")
    sip_port = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=65535,
        help_text="Port of the proxy, instead of the preset's.",
    )
    sip_domain = _optional_host("SIP domain, the From host.")


class NewTwilioTrunkSerializer(StrictSerializer):
    """A new Twilio trunk."""

    trunk_name = serializers.CharField(min_length=1, max_length=100)
    trunk_type = NamedChoiceField(["twilio"])
    trunk_config = TwilioConfigSerializer()


class NewExotelTrunkSerializer(StrictSerializer):
    """A new Exotel trunk."""

    trunk_name = serializers.CharField(min_length=1, max_length=100)
    trunk_type = NamedChoiceField(["exotel"])
    trunk_config = ExotelConfigSerializer()


class NewTrunkSerializer(StrictSerializer):
    """The fields of every request."""

    trunk_name = serializers.CharField(min_length=1, max_length=100)
    trunk_type = NamedChoiceField(["twilio", "exotel"])
    trunk_config = serializers.DictField()


TYPES: dict[str, type[StrictSerializer]] = {"twilio": NewTwilioTrunkSerializer, "exotel": NewExotelTrunkSerializer}
# JSON paths of the trunk's fields.
NAMES = {
    "twilio": {
        "name": "trunk_name",
        "gateways[0].ip_or_domain": "trunk_config.address",
        "numbers": "trunk_config.numbers",
        "auth_username": "trunk_config.username",
        "auth_password": "trunk_config.password",
    },
    "exotel": {
        "name": "trunk_name",
        "gateways[0].ip_or_domain": "trunk_config.sip_host",
        "gateways[0].port": "trunk_config.sip_port",
        "numbers": "trunk_config.exotel_number",
        "numbers[0]": "trunk_config.exotel_number",
        "from_host": "trunk_config.sip_domain",
    },
}


class CreatedDataSerializer(serializers.Serializer[Any]):
    """The new trunk."""

    trunk_id = serializers.CharField(help_text="The LiveKit id, `ST_...`. It identifies the trunk everywhere in Voxa.")


class OutboundTrunkCreatedSerializer(serializers.Serializer[Any]):
    """A trunk was created."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    data = CreatedDataSerializer()  # type: ignore[assignment]  # a field


class OutboundTrunkSerializer(serializers.Serializer[Any]):
    """A trunk, without its configuration."""

    trunk_id = serializers.CharField()
    trunk_name = serializers.CharField()
    trunk_type = serializers.ChoiceField(["twilio", "exotel"])
    trunk_created_at = serializers.CharField(help_text="UTC, such as 2024-01-15T10:00:00.000000.")


@extend_schema_serializer(many=False)
class OutboundTrunkListSerializer(serializers.Serializer[Any]):
    """The provisioned trunks, oldest first."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    data = OutboundTrunkSerializer(many=True)  # type: ignore[assignment]  # a field


def read_new_trunk(data: Any, problems: Problems) -> tuple[str, dict[str, Any]]:
    """Return a body's trunk type and valid values. Report a configuration of the other type as such."""
    given = data.get("trunk_type") if isinstance(data, Mapping) else None
    kind = given if isinstance(given, str) else ""
    reader = shared(cast(Any, TYPES.get(kind, NewTrunkSerializer)))
    if kind in TYPES and isinstance(config := data.get("trunk_config"), Mapping):
        other = next(name for name in TYPES if name != kind)
        if _fits(config, other) and not _fits(config, kind):
            problems.add(
                "trunk_config",
                f"This is the configuration of a trunk of type {other}, but trunk_type is {kind}. "
                f"Send trunk_type {other}, or {', '.join(_fields(kind))}.",
                "wrong_type",
            )
            reader = shared(NewTrunkSerializer)
    values = read(reader, data, problems)
    return str(values.get("trunk_type", "twilio")), values


def _fits(config: Mapping[str, Any], kind: str) -> bool:
    return any(name in config for name in _fields(kind))


def _fields(kind: str) -> list[str]:
    config = cast(Reader, shared(cast(Any, TYPES[kind])).fields["trunk_config"])
    return list(config.fields)


def show(trunk: Trunk, trunk_id: str) -> dict[str, str]:
    """Return a trunk as in the list."""
    created = trunk.created_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return {
        "trunk_id": trunk_id,
        "trunk_name": trunk.name,
        "trunk_type": trunk.carrier,
        "trunk_created_at": created,
    }
