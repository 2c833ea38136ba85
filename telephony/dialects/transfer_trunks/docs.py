"""OpenAPI descriptions of this dialect. The example of the list is that of the reference."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from telephony.dialects.transfer_trunks.serializers import (
    NewTransferTrunkSerializer,
    TransferTrunkListSerializer,
    TransferTrunkSerializer,
)

TAG = "Dialect: transfer trunks"
_TRUNK = {
    "id": "3e4d9a52-0e3f-4d7a-9a3e-6f3f6b1f2c11",
    "name": "Main Trunk",
    "host": "sip.provider.com",
    "port": 5060,
    "username": "myuser",
    "created_at": "2025-12-13T10:00:00.000Z",
}
_REQUEST = {"name": "Main Trunk", "host": "sip.provider.com", "username": "myuser", "password": "mypassword"}
_ID = OpenApiParameter("id", OpenApiTypes.STR, "path", description="The trunk's id.")


def _answer(value: Any) -> OpenApiExample:
    return OpenApiExample("Answer", value, response_only=True)


TRANSFER_TRUNKS = extend_schema_view(
    list=extend_schema(
        tags=[TAG],
        operation_id="transfer_trunks_list",
        summary="List SIP trunks",
        description="The workspace's trunks for call transfers.",
        responses=TransferTrunkListSerializer,
        examples=[_answer({"trunks": [_TRUNK]})],
    ),
    create=extend_schema(
        tags=[TAG],
        operation_id="transfer_trunks_create",
        summary="Create a SIP trunk",
        description="Creates a trunk for call transfers; it is provisioned in LiveKit as an outbound trunk.",
        request=NewTransferTrunkSerializer,
        responses={201: TransferTrunkSerializer},
        examples=[OpenApiExample("Request", _REQUEST, request_only=True), _answer(_TRUNK)],
    ),
    retrieve=extend_schema(
        tags=[TAG],
        operation_id="transfer_trunks_retrieve",
        summary="Get a SIP trunk",
        description="A trunk for call transfers.",
        parameters=[_ID],
        responses=TransferTrunkSerializer,
        examples=[_answer(_TRUNK)],
    ),
    destroy=extend_schema(
        tags=[TAG],
        operation_id="transfer_trunks_destroy",
        summary="Delete a SIP trunk",
        description="Numbers that used it for transfers stay, without a transfer trunk. A trunk with its own "
        "numbers is a 409: move or remove them first.",
        parameters=[_ID],
        responses={204: None},
    ),
)
