"""`POST /v1/calls/{id}/dtmf`."""

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
from calls.api.docs import DIGITS
from calls.api.serializers import DigitsSerializer
from calls.models import Call
from calls.presentation.payloads import call_json
from calls.services.digits import send_digits
from telephony.api.reading import read
from telephony.services.errors import Problems


class DigitsView(WorkspaceAPIView[Call]):
    """DTMF of a call."""

    read_scope = Scope.CALLS_READ
    write_scope = Scope.CALLS_WRITE
    queryset = Call.objects.none()
    serializer_class: type[serializers.Serializer[Any]] = DigitsSerializer

    def get_queryset(self) -> QuerySet[Call]:
        return selectors.calls(self.workspace).select_related("project")

    @DIGITS
    def post(self, request: Request, id: UUID) -> Response:
        call = self.get_queryset().filter(pk=id).first()
        if call is None:
            raise NotFound("No call with this ID exists in the workspace.")
        problems = Problems()
        values = read(DigitsSerializer(), request.data, problems)
        problems.raise_any()
        send_digits(call, values["digits"])
        return Response(call_json(call), status=202)
