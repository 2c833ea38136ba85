"""A transfer trunk in JSON."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from telephony.models import Trunk
from voxa.core.api.serializers import StrictSerializer


class TransferTrunkSerializer(serializers.Serializer[Any]):
    """A SIP trunk for transfers. Its password is never returned."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    username = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


@extend_schema_serializer(many=False)
class TransferTrunkListSerializer(serializers.Serializer[Any]):
    """All transfer trunks of the workspace, newest first."""

    trunks = TransferTrunkSerializer(many=True)


class NewTransferTrunkSerializer(StrictSerializer):
    """A new trunk. Sources are the field names of the service."""

    name = serializers.CharField(max_length=100, help_text="Display name.")
    host = serializers.CharField(max_length=253, help_text="SIP server: a host name or an IP address.")
    port = serializers.IntegerField(default=5060, allow_null=True, min_value=1, max_value=65535)
    username = serializers.CharField(max_length=255, source="auth_username")
    password = serializers.CharField(
        max_length=255, source="auth_password", trim_whitespace=False, help_text="Stored encrypted, never returned."
    )


def show(trunk: Trunk) -> dict[str, Any]:
    """Return a trunk in the reference's format. Its host is the first outbound gateway."""
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
