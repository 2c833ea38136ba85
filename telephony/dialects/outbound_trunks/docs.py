"""OpenAPI descriptions of this dialect. The examples are those of the reference."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema, extend_schema_view

from telephony.dialects.outbound_trunks.serializers import (
    NewExotelTrunkSerializer,
    NewTwilioTrunkSerializer,
    OutboundTrunkCreatedSerializer,
    OutboundTrunkListSerializer,
)

TAG = "Dialect: outbound trunks"
_TWILIO = {
    "trunk_name": "Twilio Production",
    "trunk_type": "twilio",
    "trunk_config": {
        "address": "example.pstn.twilio.com",
        "numbers": ["+15550100000"],
        "username": "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "password": "your_auth_token_here",
    },
}
_EXOTEL = {
    "trunk_name": "Exotel India",
    "trunk_type": "exotel",
    "trunk_config": {"exotel_number": "+918044319240"},
}
_CREATED = {
    "success": True,
    "message": "Outbound trunk created successfully, Store the trunk id securely.",
    "data": {"trunk_id": "ST_a1b2c3d4e5f6"},
}
_LISTED = {
    "success": True,
    "message": "SIP trunks retrieved successfully",
    "data": [
        {
            "trunk_id": "ST_a1b2c3d4e5f6",
            "trunk_name": "Twilio Production",
            "trunk_type": "twilio",
            "trunk_created_at": "2024-01-15T10:00:00.000000",
        },
        {
            "trunk_id": "ST_b2c3d4e5f6a7",
            "trunk_name": "Exotel India",
            "trunk_type": "exotel",
            "trunk_created_at": "2024-01-15T11:00:00.000000",
        },
    ],
}


def _example(name: str, value: Any, *, request: bool = False) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=request, response_only=not request)


OUTBOUND_TRUNKS = extend_schema_view(
    create=extend_schema(
        tags=[TAG],
        operation_id="outbound_trunks_create",
        summary="Create outbound trunk",
        description="Creates a SIP trunk from a carrier preset, and waits until it is provisioned. If that fails, "
        "the response is a 500 and no data is kept.",
        request=PolymorphicProxySerializer(
            component_name="NewOutboundTrunk",
            serializers={"twilio": NewTwilioTrunkSerializer, "exotel": NewExotelTrunkSerializer},
            resource_type_field_name="trunk_type",
        ),
        responses={200: OutboundTrunkCreatedSerializer},
        examples=[
            _example("Twilio", _TWILIO, request=True),
            _example("Exotel", _EXOTEL, request=True),
            _example("Answer", _CREATED),
        ],
    ),
    list=extend_schema(
        tags=[TAG],
        operation_id="outbound_trunks_list",
        summary="List SIP trunks",
        description="The workspace's provisioned trunks of these carriers, without their configuration.",
        responses=OutboundTrunkListSerializer,
        examples=[_example("Answer", _LISTED)],
    ),
)
