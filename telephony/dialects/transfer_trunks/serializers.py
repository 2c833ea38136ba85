"""A transfer trunk in JSON."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from telephony.models import Trunk
from voxa.api.serializers import StrictSerializer


class TransferTrunkSerializer(serializers.Serializer[Any]):
    """A SIP trunk that hands calls over. Its password is never given back."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    username = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


@extend_schema_serializer(many=False)
class TransferTrunkListSerializer(serializers.Serializer[Any]):
    """All transfer trunks of the workspace, the newest first."""

    trunks = TransferTrunkSerializer(many=True)


class NewTransferTrunkSerializer(StrictSerializer):
    """What creates a trunk. Sources are the names of the service's fields."""

    name = serializers.CharField(max_length=100, help_text="Display name.")
    host = serializers.CharField(max_length=253, help_text="SIP server: a host name or an IP address.")
    port = serializers.IntegerField(default=5060, allow_null=True, min_value=1, max_value=65535)
    username = serializers.CharField(max_length=255, source="auth_username")
    password = serializers.CharField(
        max_length=255, source="auth_password", trim_whitespace=False, help_text="Stored encrypted, never given back."
    )


def show(trunk: Trunk) -> dict[str, Any]:
    """Return a trunk as the reference shows it: the first gateway that it dials out by is its host."""
    gateways = list(trunk.gateways.all())
    gateway = next((one for one in gateways if one.outbound), gateways[0])
    created = trunk.created_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "id": str(trunk.pk),
        "name": trunk.name,
        "host": gateway.ip_or_domain,
        "port": gateway.port,
        "username": trunk.auth_username,
        "created_at": created.replace("+00:00", "Z"),
    }
