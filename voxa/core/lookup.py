"""Finding one row by what is unique to it."""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def only_row(rows: "QuerySet[M]") -> M | None:
    """Return the row of a question that at most one row answers; `first` would have it sorted."""
    return next(iter(rows.order_by()), None)
