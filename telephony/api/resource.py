"""List, create, get, change and delete rows; a subclass defines how."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeVar, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceViewSet
from telephony.api.reading import json_names, read
from telephony.services.errors import Problems
from voxa.core.api.row_text import RowText, listed
from voxa.core.api.serializers import shared
from voxa.core.lookup import only_row
from voxa.core.statements import Fixed

M = TypeVar("M", bound=Model)


class ResourceViewSet(WorkspaceViewSet[M], ABC):
    """The methods of a resource. `get_queryset` starts from the workspace, so others' rows are a 404."""

    noun: ClassVar[str]
    first_page: ClassVar[Fixed[Any] | None] = None  # of a workspace: what a list without parameters shows
    row_text: ClassVar[RowText | None] = None  # how a list shows rows, where that is their columns
    filter_backends = [DjangoFilterBackend]

    def find(self, reference: str) -> M | None:
        """Return the row of this id, if the workspace has it."""
        return only_row(self.get_queryset().filter(pk=reference))

    @abstractmethod
    def add(self, values: dict[str, Any], problems: Problems) -> M:
        """Create a row and return it for display."""

    @abstractmethod
    def change(self, row: M, values: dict[str, Any], problems: Problems) -> M:
        """Change a row and return it for display."""

    def to_change(self, reference: str) -> M:
        """Return the row for `change`, which raises `ObjectDoesNotExist` if it is not there."""
        return self.found(reference)

    def to_delete(self, reference: str) -> M:
        """Return the row for `remove`."""
        return self.found(reference)

    @abstractmethod
    def remove(self, row: M) -> None:
        """Delete a row, or raise `NotFound`."""

    def list(self, request: Request) -> Response:
        row_text = self.row_text
        if self.first_page is None or request.query_params:
            rows: Any = self.filter_queryset(self.get_queryset())
            rows = row_text.select(rows) if row_text else rows
        else:
            rows = self.first_page(self.workspace.pk)
        page: Any = self.paginate_queryset(rows) or []
        return self.get_paginated_response(
            listed(row_text.texts(page)) if row_text else [self.shown(row) for row in page]
        )

    def create(self, request: Request) -> Response:
        with json_names(self.reader):
            problems = Problems()
            row = self.add(read(self.reader, request.data, problems), problems)
        return Response(self.shown(row), status=201)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(self.shown(self.found(id)))

    def partial_update(self, request: Request, id: str) -> Response:
        row = self.to_change(id)
        try:
            with json_names(self.reader):
                problems = Problems()
                row = self.change(row, read(self.reader, request.data, problems, partial=True), problems)
        except ObjectDoesNotExist as error:  # deleted in the meantime, or not looked for before
            raise self.missing() from error
        return Response(self.shown(row))

    def destroy(self, request: Request, id: str) -> Response:
        self.remove(self.to_delete(id))
        return Response(status=204)

    @property
    def reader(self) -> serializers.Serializer[Any]:
        """Return the serializer of request bodies and rows."""
        return shared(cast(Any, self.serializer_class))

    def shown(self, row: M) -> Any:
        """Return a row as JSON."""
        return self.reader.to_representation(row)

    def found(self, reference: str) -> M:
        """Return the row with this id. Raise `NotFound`."""
        row = self.find(reference)
        if row is None:
            raise self.missing()
        return row

    def missing(self) -> NotFound:
        """Return the error for an id that the workspace does not have."""
        return NotFound(f"The workspace has no {self.noun} with this id.")
