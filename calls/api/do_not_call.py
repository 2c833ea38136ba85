"""`/v1/do-not-call`."""

from dataclasses import asdict
from typing import cast

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import NotFound
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceViewSet
from accounts.choices import Scope
from accounts.models import ApiKey
from calls import selectors
from calls.api.docs import DO_NOT_CALL, IMPORT
from calls.api.filters import DoNotCallFilter
from calls.api.serializers import AddNumbersSerializer, DoNotCallSerializer
from calls.choices import ListedBy
from calls.do_not_call import entries
from calls.do_not_call.erased_numbers import MARK
from calls.do_not_call.file_import import check_file, import_file
from calls.models import DoNotCall
from telephony.api.reading import read
from telephony.services.errors import Problems
from voxa.core.api.filters import number_asked
from voxa.core.api.imports import answer_import
from voxa.core.api.parsers import CsvParser
from voxa.core.api.serializers import shared
from voxa.core.imports.report import Report


@DO_NOT_CALL
class DoNotCallViewSet(WorkspaceViewSet[DoNotCall]):
    """The workspace's do-not-call list."""

    read_scope = Scope.CALLS_READ
    write_scope = Scope.CALLS_WRITE
    queryset = DoNotCall.objects.none()
    serializer_class = DoNotCallSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = DoNotCallFilter

    def get_queryset(self) -> QuerySet[DoNotCall]:
        return selectors.do_not_call(self.workspace)

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def create(self, request: Request) -> Response:
        problems = Problems()
        values = read(shared(AddNumbersSerializer), request.data, problems)
        numbers, note = values.get("numbers", []), values.get("note", "")
        added = entries.add_numbers(self.workspace, numbers, note, origin=_origin(request), problems=problems)
        return Response(asdict(added), status=201)

    def retrieve(self, request: Request, number: str) -> Response:
        entry = selectors.listed(self.get_queryset(), self._asked(number)).first()
        if entry is None:
            raise NotFound("This number is not on the list.")
        return Response(self.get_serializer(entry).data)

    def destroy(self, request: Request, number: str) -> Response:
        if not entries.remove_number(self.workspace, self._asked(number)):
            raise NotFound("This number is not on the list.")
        return Response(status=204)

    def _asked(self, text: str) -> str:
        """Return the number of the path, or the hash of an erased one. Raise ValidationError naming `number`."""
        try:
            return text if text.startswith(MARK) else number_asked(text, self.workspace.country)
        except ValidationError as error:
            raise ValidationError({"number": error}) from None


class ImportView(DoNotCallViewSet):
    """Import of the do-not-call list from a file."""

    parser_classes: list[type[BaseParser]] = [CsvParser]

    @IMPORT
    def load(self, request: Request) -> Response:
        def load_all(data: bytes, good: bool) -> Report:
            return import_file(self.workspace, data, _origin(request), valid_rows_only=good)

        return answer_import(request, lambda data: check_file(self.workspace, data), load_all)


def _origin(request: Request) -> entries.Origin:
    return entries.Origin(ListedBy.API, key=cast(ApiKey, request.auth))
