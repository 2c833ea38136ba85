"""`/v1/calls/{id}/transfer`: request a transfer and get its outcome."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceAPIView
from accounts.choices import Scope
from calls import selectors
from calls.api.docs import TRANSFER, TRANSFER_STATE
from calls.api.serializers import TransferSerializer
from calls.choices import TransferMode
from calls.models import Call, Transfer
from calls.presentation.payloads import transfer_json, transferred_json
from calls.transfers.requests import transfer_call
from telephony.api.reading import read
from telephony.services.errors import Problems


class TransferView(WorkspaceAPIView[Call]):
    """Transfer of a call."""

    read_scope = Scope.CALLS_READ
    write_scope = Scope.CALLS_WRITE
    queryset = Call.objects.none()
    serializer_class: type[serializers.Serializer[Any]] = TransferSerializer

    def get_queryset(self) -> QuerySet[Call]:
        return selectors.calls(self.workspace).select_related("workspace", "project", "trunk", "number__transfer_trunk")

    @TRANSFER
    def post(self, request: Request, id: UUID) -> Response:
        call, problems = self._found(id), Problems()
        values = read(TransferSerializer(), request.data, problems)
        problems.raise_any()
        mode = TransferMode(values.get("mode", TransferMode.COLD))
        transfer = transfer_call(call, values["to"], mode, values.get("transfer_headers", {}))
        transfer.call.refresh_from_db()
        return Response(transferred_json(transfer), status=202 if transfer.is_open else 200)

    @TRANSFER_STATE
    def get(self, request: Request, id: UUID) -> Response:
        transfer = Transfer.objects.filter(call=self._found(id)).last()
        if transfer is None:
            raise NotFound("This call has no transfer.")
        return Response(transfer_json(transfer))

    def _found(self, id: UUID) -> Call:
        call = self.get_queryset().filter(pk=id).first()
        if call is None:
            raise NotFound("No call with this ID exists in the workspace.")
        return call
