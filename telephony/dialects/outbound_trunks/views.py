"""`/sip/create-outbound-trunk` and `/sip/list`."""

from rest_framework.request import Request
from rest_framework.response import Response

from telephony import selectors
from telephony.dialects.frame import DialectViewSet, NoSuchPath, named_as
from telephony.dialects.outbound_trunks import renderer
from telephony.dialects.outbound_trunks.docs import OUTBOUND_TRUNKS
from telephony.dialects.outbound_trunks.serializers import (
    NAMES,
    TYPES,
    OutboundTrunkListSerializer,
    read_new_trunk,
    show,
)
from telephony.models import Trunk
from telephony.services import carrier_trunks
from telephony.services.errors import Problems

CREATED = "Outbound trunk created successfully, Store the trunk id securely."
LISTED = "SIP trunks retrieved successfully"


@OUTBOUND_TRUNKS
class OutboundTrunkViewSet(DialectViewSet[Trunk]):
    """Trunks of the carriers that this dialect supports."""

    error_renderer = renderer.render
    error_schema = renderer.OutboundTrunkErrorSerializer
    error_statuses = renderer.STATUSES
    error_descriptions = renderer.DESCRIPTIONS
    extra_error_statuses = (500,)
    queryset = Trunk.objects.none()
    serializer_class = OutboundTrunkListSerializer

    def create(self, request: Request) -> Response:
        problems = Problems()
        with named_as({}):
            kind, values = read_new_trunk(request.data, problems)
            problems.raise_any()
        config = values["trunk_config"]
        with named_as(NAMES[kind]):
            trunk_id = carrier_trunks.create_outbound(
                self.workspace,
                kind,
                name=values["trunk_name"],
                numbers=config.get("numbers") or [config["exotel_number"]],
                host=config.get("address") or config.get("sip_host"),
                port=config.get("sip_port"),
                from_host=config.get("sip_domain") or "",
                username=config.get("username", ""),
                password=config.get("password"),
            )
        return renderer.answer(CREATED, {"trunk_id": trunk_id})

    def list(self, request: Request) -> Response:
        trunks = selectors.outbound_trunks(self.workspace, TYPES)
        return renderer.answer(LISTED, [show(*found) for found in trunks])


class NoOutboundTrunkPath(NoSuchPath):
    """Any other path below `/sip/`."""

    error_renderer = renderer.render
