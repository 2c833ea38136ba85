"""Finding one row by what is unique to it."""

from copy import copy
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=Model)


def only_row(rows: "QuerySet[M]") -> M | None:
    """Give the row of a question that at most one row answers; `first` would have it sorted."""
    return next(iter(rows.order_by()), None)


class Lookup(Generic[M]):
    """Finds the one row of a queryset whose field has a value.

    Django takes longer to write the SQL of such a question than PostgreSQL to answer it, so it is written once.
    """

    def __init__(self, rows: "QuerySet[M]", field: str) -> None:
        self.rows = rows.filter(**{field: "?"}).order_by()

    @cached_property
    def _written(self) -> tuple[Any, str]:
        """Give a compiler that knows what the columns mean, and the SQL, whose one parameter is the value."""
        compiler = self.rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, _ = compiler.as_sql()
        return compiler, sql

    def find(self, value: str) -> M | None:
        """Give the row with this value, or None."""
        written, sql = self._written
        compiler = copy(written)  # threads share what is written, and each has its own connection
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: (sql, (value,))
        asked = SimpleNamespace(get_compiler=lambda using: compiler)
        source: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=asked, _known_related_objects={})
        return next(iter(ModelIterable(source)), None)
