"""`/sip-trunks`."""

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from telephony import selectors
from telephony.api.reading import read
from telephony.dialects.frame import DialectViewSet, NoSuchPath, named_as
from telephony.dialects.transfer_trunks import renderer
from telephony.dialects.transfer_trunks.docs import TRANSFER_TRUNKS
from telephony.dialects.transfer_trunks.serializers import NewTransferTrunkSerializer, TransferTrunkSerializer, show
from telephony.models import Trunk
from telephony.services import transfer_trunks
from telephony.services.errors import Problems
from voxa.core.api.serializers import shared

NAMES = {
    "auth_username": "username",
    "auth_password": "password",
    "gateways[0].ip_or_domain": "host",
    "gateways[0].port": "port",
}


@TRANSFER_TRUNKS
class TransferTrunkViewSet(DialectViewSet[Trunk]):
    """Trunks with `for_transfers` only."""

    error_renderer = renderer.render
    error_schema = renderer.TransferTrunkErrorSerializer
    error_descriptions = renderer.DESCRIPTIONS
    queryset = Trunk.objects.none()
    serializer_class = TransferTrunkSerializer

    def list(self, request: Request) -> Response:
        return Response({"trunks": [show(trunk) for trunk in selectors.transfer_trunks(self.workspace)]})

    def create(self, request: Request) -> Response:
        problems = Problems()
        with named_as(NAMES):
            values = read(shared(NewTransferTrunkSerializer), request.data, problems)
            trunk = transfer_trunks.create_transfer_trunk(self.workspace, values, problems=problems)
        return Response(show(trunk), status=201)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(show(self.found(id)))

    def destroy(self, request: Request, id: str) -> Response:
        transfer_trunks.delete_transfer_trunk(self.found(id))
        return Response(status=204)

    def found(self, id: str) -> Trunk:
        """Return the trunk with this id. Raise `NotFound`."""
        trunk = selectors.find_transfer_trunk(self.workspace, id)
        if trunk is None:
            raise NotFound("SIP trunk not found.")
        return trunk


class NoTransferTrunkPath(NoSuchPath):
    """Any other path below `/sip-trunks`."""

    error_renderer = renderer.render
