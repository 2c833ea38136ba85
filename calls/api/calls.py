"""`/v1/calls`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.api.views import WorkspaceViewSet
from accounts.choices import Scope
from calls import selectors
from calls.api.docs import (
    ANALYSIS,
    CALLS,
    CANCEL,
    DIGITS,
    DISPATCH,
    EVENTS,
    HANG_UP,
    RECORDING,
    TRANSCRIPT,
    TRANSFER,
    TRANSFER_STATE,
)
from calls.api.filters import CallFilter
from calls.api.pages import CallPagination
from calls.api.serializers import DigitsSerializer, PlaceCallSerializer, TransferSerializer
from calls.choices import Reason, TransferMode
from calls.models import Call, Transfer
from calls.presentation.call_rows import CALL_ROWS, calls_text
from calls.presentation.payloads import (
    analysis_json,
    call_json,
    event_json,
    recording_json,
    transcript_json,
    transfer_json,
    transferred_json,
)
from calls.presentation.schemas import CallSerializer
from calls.recordings.recording import link_of
from calls.services.digits import send_digits
from calls.services.hangup import hang_up
from calls.services.place import cancel, dispatch_now, place_call, placing
from calls.transfers.requests import transfer_call
from telephony import selectors as telephony
from telephony.api.reading import json_names, read
from telephony.services.errors import Problems
from voxa.core.api.pagination import first_page
from voxa.core.api.serializers import shared
from voxa.core.lookup import only_row
from voxa.core.statements import Asked, Fixed

_first_page: Fixed[Any] = first_page(lambda workspace: CALL_ROWS.select_text(Call.objects.filter(workspace=workspace)))


@CALLS
class CallViewSet(WorkspaceViewSet[Call]):
    """Outbound and inbound calls."""

    read_scope = Scope.CALLS_READ
    write_scope = Scope.CALLS_WRITE
    queryset = Call.objects.none()
    serializer_class = CallSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = CallFilter
    pagination_class = CallPagination

    def get_queryset(self) -> QuerySet[Call]:
        return selectors.calls(self.workspace)

    def list(self, request: Request) -> Response:
        if request.query_params:
            rows: Any = CALL_ROWS.select(self.filter_queryset(self.get_queryset()))
        else:
            rows = _first_page(self.workspace.pk)
        page: Any = self.paginate_queryset(rows) or []
        return self.get_paginated_response(calls_text(page))

    def create(self, request: Request) -> Response:
        reader, problems = shared(PlaceCallSerializer), Problems()
        with json_names(reader):
            values = read(reader, request.data, problems)
            to, caller = values.pop("to", ""), values.pop("from", "")
            with placing(self.workspace, caller, *self._rows_asked(values)):
                values = self._with_rows(values, problems)
                call = place_call(self.workspace, to=to, from_=caller, problems=problems, **values)
        return Response(call_json(call, ()), status=201)

    def retrieve(self, request: Request, id: UUID) -> Response:
        return Response(call_json(self._found(id)))

    @EVENTS
    def events(self, request: Request, id: UUID) -> Response:
        results = [event_json(event) for event in selectors.events(self._found(id))]
        return Response({"next": None, "previous": None, "results": results})

    @TRANSCRIPT
    def transcript(self, request: Request, id: UUID) -> Response:
        call = self._found(id)
        return Response(transcript_json(call, selectors.conversation(call)))

    @ANALYSIS
    def analysis(self, request: Request, id: UUID) -> Response:
        return Response(analysis_json(selectors.analysis(self._found(id))))

    @RECORDING
    def recording(self, request: Request, id: UUID) -> Response:
        parts = [(part, link_of(part)) for part in selectors.recordings(self._found(id))]
        return Response(recording_json(parts), headers={"Cache-Control": "no-store"})

    @DISPATCH
    def dispatch_call(self, request: Request, id: UUID) -> Response:
        return self._accepted(dispatch_now(self._found(id)))

    @CANCEL
    def cancel(self, request: Request, id: UUID) -> Response:
        return self._accepted(cancel(self._found(id)))

    @HANG_UP
    def hang_up(self, request: Request, id: UUID) -> Response:
        return self._accepted(hang_up(self._found(id), Reason.HUNG_UP))

    @DIGITS
    def dtmf(self, request: Request, id: UUID) -> Response:
        call = self._found(id)
        send_digits(call, self._body(request, DigitsSerializer())["digits"])
        return self._accepted(call)

    @TRANSFER
    def transfer(self, request: Request, id: UUID) -> Response:
        call = self._found(id, "workspace", "trunk", "number__transfer_trunk")
        values = self._body(request, TransferSerializer())
        mode = TransferMode(values.get("mode", TransferMode.COLD))
        transfer = transfer_call(call, values["to"], mode, values.get("transfer_headers", {}))
        transfer.call.refresh_from_db()
        return Response(transferred_json(transfer), status=202 if transfer.is_open else 200)

    @TRANSFER_STATE
    def transfer_state(self, request: Request, id: UUID) -> Response:
        transfer = Transfer.objects.filter(call=self._found(id)).last()
        if transfer is None:
            raise NotFound("This call has no transfer.")
        return Response(transfer_json(transfer))

    def _body(self, request: Request, reader: Serializer[Any]) -> dict[str, Any]:
        problems = Problems()
        values = read(reader, request.data, problems)
        problems.raise_any()
        return values

    def _accepted(self, call: Call) -> Response:
        return Response(call_json(call), status=202)

    def _found(self, id: UUID, *related: str) -> Call:
        call = only_row(self.get_queryset().select_related("project", *related).filter(pk=id))
        if call is None:
            raise NotFound("No call with this ID exists in the workspace.")
        return call

    def _rows_asked(self, values: dict[str, Any]) -> Iterator[Asked]:
        """Return what `_with_rows` asks the database, as far as the IDs are UUIDs."""
        if values.get("agent") is not None:
            yield telephony.agent_asked(self.workspace, values["agent"])
        if values.get("trunk") is not None:
            yield from telephony.trunk_asked(self.workspace, values["trunk"])

    def _with_rows(self, values: dict[str, Any], problems: Problems) -> dict[str, Any]:
        """Replace IDs by the workspace's own rows; rows of others do not exist here."""
        finders: dict[str, Callable[[Any], Any]] = {
            "agent": partial(telephony.find_agent, self.workspace),
            "trunk": partial(telephony.find_trunk, self.workspace),
        }
        for name, find in finders.items():
            wanted = values.get(name)
            values[name] = find(wanted) if wanted is not None else None
            if wanted is not None and values[name] is None:
                problems.add(name, "No object with this ID exists in the workspace.", "not_found")
        return values
