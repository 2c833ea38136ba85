"""Pagination of calls."""

from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from calls.models import Call
from voxa.core.api.filters import number_asked
from voxa.core.api.pagination import CursorPagination


class CallPagination(CursorPagination):
    """Paginate calls; `?number=` returns the calls from and to a number.

    Each side has an index in the list's order, while a combined query would sort all calls of a number. So the start of
    each side is read and merged here.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        text = request.query_params.get("number", "")
        key: Any = request.auth
        self._number = number_asked(text, key.workspace.country) if text.strip() else ""
        return super().paginate_queryset(queryset, request, view)

    def rows(self, queryset: QuerySet[Call], order: tuple[str, str], most: int) -> list[Any]:
        if not self._number:
            return super().rows(queryset, order, most)
        got = super().rows(queryset.filter(to_number=self._number), order, most)
        made = super().rows(queryset.filter(from_number=self._number).exclude(to_number=self._number), order, most)
        newest_first = order[0].startswith("-")
        joined = merge(got, made, key=itemgetter(0, 1), reverse=newest_first)
        return list(islice(joined, most))
