"""Find one row by a unique value."""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def only_row(rows: "QuerySet[M]") -> M | None:
    """Return the only row of a query, or None. `first` would sort."""
    return next(iter(rows.order_by()), None)
