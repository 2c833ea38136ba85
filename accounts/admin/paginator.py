"""Paginate large tables without counting all rows."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.views import ChangeList

COUNTED = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most 10,000 rows. Rows beyond are found by search and filters."""

    template_name = "admin/bounded_pagination.html"

    @cached_property
    def count(self) -> int:
        return int(self.counted().order_by().values("pk")[: COUNTED + 1].count())

    def counted(self) -> Any:
        """Return the rows to count, by the fastest query."""
        return self.object_list

    @property
    def is_cut(self) -> bool:
        """Return whether there are more rows than were counted."""
        return self.count > COUNTED


class ScopedChangeList(ChangeList):
    """Offers "show all" only if a search or filter is active."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count
