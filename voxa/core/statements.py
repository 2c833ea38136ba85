"""Queries of a fixed shape, whose SQL is made once: Django takes longer to make it than PostgreSQL to answer."""

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet, Subquery, TextField

M = TypeVar("M", bound=Model)


class _Place(UUID):
    """Stands in the SQL for the argument at this place."""

    def __init__(self, place: int) -> None:
        super().__init__(int=place)


class Fixed(Generic[M]):
    """A query whose executions differ only by UUIDs, of which `build` takes so many. SQLite makes its SQL each time."""

    def __init__(self, build: Callable[..., QuerySet[M]], ids: int) -> None:
        self.build, self.ids = build, ids

    def __call__(self, *ids: UUID) -> list[M]:
        """Return the rows for these ids."""
        if connection.vendor != "postgresql":  # its ids are texts
            return list(self.build(*ids))
        query, made, sql, params = self._made
        compiler = copy(made)
        compiler.connection = connection  # of this thread
        given = tuple(ids[one.int] if isinstance(one, _Place) else one for one in params)
        compiler.as_sql = lambda **options: (sql, given)
        rows = query.all()
        rows.query.get_compiler = lambda *args, **options: compiler  # type: ignore[method-assign]
        return list(rows)

    def only(self, *ids: UUID) -> M | None:
        """Return the only row for these ids, or None."""
        return next(iter(self(*ids)), None)

    @cached_property
    def _made(self) -> tuple[QuerySet[M], Any, str, tuple[Any, ...]]:
        query = self.build(*map(_Place, range(self.ids)))
        compiler = query.query.get_compiler(connection=connection)
        return query, compiler, *compiler.as_sql()


class JsonRows(Subquery):
    """The rows of a `values` query as one JSON text, empty if there are none. PostgreSQL only."""

    template = "(SELECT COALESCE(json_agg(_row)::text, '') FROM (%(subquery)s) _row)"
    output_field = TextField()
