"""Queries of a fixed shape, whose SQL is made once: Django takes longer to make it than PostgreSQL to answer."""

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet, Subquery, TextField
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)


class _Id(UUID):
    """Stands in the SQL for the UUID that is the argument at this place."""

    def __init__(self, place: int) -> None:
        super().__init__(int=place)

    @property
    def place(self) -> int:
        return self.int


class _Text(str):
    """The same for a text."""

    __slots__ = ("place",)

    def __new__(cls, place: int) -> "_Text":
        text = super().__new__(cls, f"argument {place}")
        text.place = place
        return text

    place: int


class Fixed(Generic[M]):
    """A query whose executions differ only by the arguments of `build`, which are UUIDs and texts of these `kinds`.

    SQLite makes its SQL each time.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], *kinds: type[UUID | str]) -> None:
        self.build, self.kinds = build, kinds

    def __call__(self, *args: UUID | str) -> list[M]:
        """Return the rows for these arguments."""
        if connection.vendor != "postgresql":  # its UUIDs are texts of another form
            return list(self.build(*args))
        query, made, sql, params = self._made
        if query.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("A lock needs a transaction.")  # Django says so when it makes the SQL
        compiler = copy(made)
        compiler.connection = connection  # of this thread
        given = tuple(args[one.place] if isinstance(one, _Id | _Text) else one for one in params)
        compiler.as_sql = lambda **options: (sql, given)
        rows = query.all()
        rows.query.get_compiler = lambda *args, **options: compiler  # type: ignore[method-assign]
        return list(rows)

    def only(self, *args: UUID | str) -> M | None:
        """Return the only row for these arguments, or None."""
        return next(iter(self(*args)), None)

    @cached_property
    def _made(self) -> tuple[QuerySet[M], Any, str, tuple[Any, ...]]:
        query = self.build(*(_Id(place) if kind is UUID else _Text(place) for place, kind in enumerate(self.kinds)))
        compiler = query.query.get_compiler(connection=connection)
        return query, compiler, *compiler.as_sql()


class JsonRows(Subquery):
    """The rows of a `values` query as one JSON text, empty if there are none. PostgreSQL only."""

    template = "(SELECT COALESCE(json_agg(_row)::text, '') FROM (%(subquery)s) _row)"
    output_field = TextField()
