"""Keyset pagination: equally fast at row 1,000,000, and stable while rows are added."""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from voxa.core.api.rendering import JsonText, encoded
from voxa.core.statements import Fixed

M = TypeVar("M", bound=Model)
_FORMAT = struct.Struct(">?q16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NotACursor(ValueError):
    """The text is not from `Cursor.encode`."""


@dataclass(frozen=True)
class Cursor:
    """A position between two rows: after (older than) or before (newer than) the row with this time and id."""

    backwards: bool
    created_at: datetime
    id: UUID

    def encode(self) -> str:
        """Return the text for a URL."""
        microseconds = (self.created_at - _EPOCH) // _MICROSECOND
        return urlsafe_b64encode(_FORMAT.pack(self.backwards, microseconds, self.id.bytes)).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Parse a cursor. Raise `NotACursor` for anything that is not from `encode`."""
        try:
            backwards, microseconds, raw = _FORMAT.unpack(urlsafe_b64decode(text.encode("ascii") + b"=="))
            cursor = cls(backwards, _EPOCH + microseconds * _MICROSECOND, UUID(bytes=raw))
        except (ValueError, OverflowError, struct.error) as error:
            raise NotACursor from error
        if cursor.encode() != text:
            raise NotACursor
        return cursor


DEFAULT_LIMIT = 50


def first_page(build: Callable[[UUID], QuerySet[M]]) -> Fixed[M]:
    """Return the query of the first page of a list, `build` the list of a workspace's id."""
    return Fixed(lambda workspace: build(workspace).order_by("-created_at", "-id")[: DEFAULT_LIMIT + 1], UUID)


class CursorPagination(BasePagination):
    """`?cursor=&limit=`, newest first by (created_at, id); each list has an index of its workspace and these two.

    Instead of a query it takes the rows of a `first_page`, for a request without parameters. Rows may be tuples that
    begin with `created_at` and `id`.
    """

    default_limit = DEFAULT_LIMIT
    max_limit = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.url = request.build_absolute_uri()
        cursor, limit = self._read(request.query_params)
        backwards = cursor is not None and cursor.backwards
        if cursor is not None:
            compare = TupleGreaterThan if backwards else TupleLessThan
            place = Tuple(F("created_at"), F("id"))
            queryset = queryset.filter(compare(place, (cursor.created_at, cursor.id)))
        order = ("created_at", "id") if backwards else ("-created_at", "-id")
        rows = queryset if isinstance(queryset, list) else self.rows(queryset, order, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        if backwards:
            rows.reverse()
        self.previous = self._link(rows[0], True) if rows and (more if backwards else cursor) else None
        self.next = self._link(rows[-1], False) if rows and (backwards or more) else None
        return rows

    def rows(self, queryset: Any, order: tuple[str, str], most: int) -> list[Any]:
        """Return up to `limit` rows. Lists whose filters need more than one index override this."""
        return list(queryset.order_by(*order)[:most])

    def get_paginated_response(self, data: Any) -> Response:
        if isinstance(data, JsonText):
            links = f'"next":{encoded(self.next)},"previous":{encoded(self.previous)}'
            return Response(JsonText(f'{{{links},"results":{data}}}'))
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def _link(self, row: Any, backwards: bool) -> str:
        created_at, pk = row[:2] if isinstance(row, tuple) else (row.created_at, row.id)
        cursor = Cursor(backwards, created_at, UUID(str(pk)))
        return replace_query_param(self.url, "cursor", cursor.encode())

    def _read(self, params: Mapping[str, str]) -> tuple[Cursor | None, int]:
        """Parse both parameters. Raise `ValidationError` with the wrong ones."""
        wrong: dict[str, list[ErrorDetail]] = {}
        cursor, limit, text = None, self.default_limit, params.get("limit", "")
        if text:
            limit = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
            if not 1 <= limit <= self.max_limit:
                wrong["limit"] = [ErrorDetail(f"Enter a number from 1 to {self.max_limit}.", "out_of_range")]
        if params.get("cursor"):
            try:
                cursor = Cursor.decode(params["cursor"])
            except NotACursor:
                message = "Invalid cursor. Use the next or previous link of a response."
                wrong["cursor"] = [ErrorDetail(message, "invalid_cursor")]
        if wrong:
            raise ValidationError(wrong)
        return cursor, limit

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {
                    **link,
                    "description": "URL of the next (older) page; null on the last page.",
                    "example": "https://voxa.example/v1/agents?cursor=AAAGS_oJxsEAfx3g9W8MTw-aOAt88fXw0g",
                },
                "previous": {
                    **link,
                    "description": "URL of the previous (newer) page; null on the first page.",
                    "example": None,
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": self.max_limit, "default": self.default_limit}
        cursor = "Start of the page, from the `next` or `previous` link of a response."
        return [
            {"name": "cursor", "in": "query", "required": False, "description": cursor, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "required": False, "description": "Rows per page.", "schema": limit},
        ]
