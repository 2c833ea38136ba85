"""Pages of large tables without counting all of them."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

COUNTED = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most 10,000 rows; what lies beyond is found by search and filters."""

    template_name = "admin/bounded_pagination.html"

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: COUNTED + 1].count())

    @property
    def is_cut(self) -> bool:
        """Say whether there are more rows than were counted."""
        return self.count > COUNTED
