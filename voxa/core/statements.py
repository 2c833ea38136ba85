"""Queries of a fixed shape, whose SQL is made once: Django takes longer to make it than PostgreSQL to answer."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, JSONField, Model, Q, QuerySet, Subquery, TextField
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.signals import post_init, pre_init
from django.db.models.sql import UpdateQuery
from django.db.transaction import TransactionManagementError, atomic

from voxa.core.placeholders import AnyValue, filled, kept, placeholder
from voxa.core.postgresql.base import hold
from voxa.core.postgresql.kept import Kept, Several

M = TypeVar("M", bound=Model)
_read: ContextVar[dict[Any, list[Any]] | None] = ContextVar("read", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Answer the `shared` queries from their first answer for the same arguments while this lasts, for milliseconds."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


_EMPTY: dict[str, type] = {"{}": dict, "[]": list}


def _is_json(converter: Any) -> bool:
    return getattr(converter, "__func__", None) is JSONField.from_db_value


def _short_json(value: Any, expression: Any, database: Any) -> Any:
    """Return a JSON column's value as its field does, without parsing what is empty in most rows."""
    empty = _EMPTY.get(value)
    return empty() if empty else expression.output_field.from_db_value(value, expression, database)


class _Maker:
    """Stands for a model in a query and makes its rows as `from_db` does, in a third of the time: a field is set by
    name, not by its place among all fields, and nobody listens to the signals of a new instance.
    """

    def __init__(self, model: type[Model]) -> None:
        self.model, self._meta = model, model._meta

    def from_db(self, alias: str, names: Sequence[str], values: Sequence[Any]) -> Model:
        row = object.__new__(self.model)
        vars(row).update(zip(names, values, strict=True))
        row._state = ModelState()
        row._state.adding, row._state.db = False, alias
        return row


def _maker(model: Any) -> Any:
    is_plain = model.__init__ is Model.__init__ and model.from_db.__func__ is cast(Any, Model.from_db).__func__
    return (
        _Maker(model) if is_plain and not (pre_init.has_listeners(model) or post_init.has_listeners(model)) else model
    )


def _made_fast(info: dict[str, Any]) -> dict[str, Any]:
    """Return Django's description of a query's models with makers for the models."""
    related = [_made_fast(one) for one in info.get("related_klass_infos", ())]
    return {**info, "model": _maker(info["model"]), "related_klass_infos": related}


class _Models:
    """Makes the models of a query's rows as Django's `ModelIterable` does, which prepares the same each time."""

    def __init__(self, compiler: Any, alias: str, converters: dict[int, Any]) -> None:
        info, self.alias = _made_fast(compiler.klass_info), alias
        columns = info["select_fields"]
        self.columns, self.maker = slice(columns[0], columns[-1] + 1), info["model"]
        self.names = [shown.target.attname for shown, *_ in compiler.select[self.columns]]
        self.related = get_related_populators(info, compiler.select, alias)  # type: ignore[call-arg]  # the stubs are of Django 6
        self.annotations = [*(compiler.annotation_col_map or {}).items()]
        self.converters, self.database = [*converters.items()], compiler.connection

    def __call__(self, rows: list[Any]) -> list[Any]:
        found = []
        for row in map(list, rows):
            for place, (steps, shown) in self.converters:
                for step in steps:
                    row[place] = step(row[place], shown, self.database)
            one = self.maker.from_db(self.alias, self.names, row[self.columns])
            for relation in self.related:
                relation.populate(row, one)
            for name, place in self.annotations:
                setattr(one, name, row[place])
            found.append(one)
        return found


class _Ready:
    """A query that one thread sends again and again."""

    def __init__(
        self, database: BaseDatabaseWrapper, query: QuerySet[Any], made: Any, sql: Kept, places: tuple[int, ...]
    ) -> None:
        self.database, self.sql, self.places = database, sql, places
        self.is_lock = query.query.select_for_update
        compiler = copy(made)
        compiler.connection = database
        converters = {
            place: ([_short_json if _is_json(one) else one for one in found], shown)
            for place, (found, shown) in compiler.get_converters([shown for shown, *_ in compiler.select]).items()
        }
        compiler.get_converters = lambda expressions: converters
        compiler.has_composite_fields = lambda expressions: False  # there are none in Voxa's models
        rows: Any = query.all()
        if rows._iterable_class is ModelIterable:
            self.made: Callable[[list[Any]], list[Any]] = _Models(compiler, rows.db, converters)
            return
        compiler.execute_sql = lambda *args, **options: [self.fetched]
        rows.query.get_compiler = lambda *args, **options: compiler
        self.made = lambda fetched: list(rows._iterable_class(rows))

    def __call__(self, args: tuple[Any, ...], answer: list[Any] | None = None) -> list[Any]:
        """Return the rows for these arguments, from the answer of the server if it is there."""
        if self.is_lock and not self.database.in_atomic_block:
            raise TransactionManagementError("A lock needs a transaction.")  # Django says so when it makes the SQL
        self.fetched = self._asked(filled(self.places, args)) if answer is None else answer
        return self.made(self.fetched)

    def _asked(self, given: tuple[Any, ...]) -> list[Any]:
        with self.database.cursor() as cursor:
            cursor.execute(self.sql, given)
            rows: list[Any] = cursor.fetchall()
            return rows


class Fixed(Generic[M]):
    """A query whose executions differ only by the arguments of `build`, which are of these `kinds`.

    A `shared` one is answered once within `read_once`. `lock` is a clause that Django does not know. SQLite has none,
    and its SQL is made each time.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], *kinds: type, shared: bool = False, lock: str = "") -> None:
        self.build, self.kinds, self.shared, self.lock = build, kinds, shared, lock
        self._ready = threading.local()

    def __call__(self, *args: Any) -> list[M]:
        """Return the rows for these arguments."""
        known = _read.get() if self.shared else None
        if known is None:
            return self._rows(*args)
        key = (self, args)
        if key not in known:
            known[key] = self._rows(*args)
        return known[key]

    def _rows(self, *args: Any) -> list[M]:
        if connection.vendor != "postgresql":  # its UUIDs are texts of another form
            return list(self.build(*args))
        rows: list[M] = self.ready()(args)
        return rows

    def ready(self) -> _Ready:
        """Return the query for this thread's connection."""
        database = connections[DEFAULT_DB_ALIAS]
        ready: _Ready | None = getattr(self._ready, "query", None)
        if ready is None or ready.database is not database:
            ready = self._ready.query = _Ready(database, *self._made)
        return ready

    def only(self, *args: Any) -> M | None:
        """Return the only row for these arguments, or None."""
        return next(iter(self(*args)), None)

    @cached_property
    def _made(self) -> tuple[QuerySet[M], Any, Kept, tuple[int, ...]]:
        query = self.build(*map(placeholder, range(len(self.kinds)), self.kinds))
        compiler = query.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        return query, compiler, *kept(f"{sql} {self.lock}".rstrip(), params)


Asked = tuple[Fixed[Any], tuple[Any, ...]]  # a query and its arguments


def together(*asked: Asked) -> list[list[Any]]:
    """Return the rows of each query, asked in this order; on PostgreSQL in one message."""
    if connection.vendor != "postgresql":
        return [query(*args) for query, args in asked]
    ready = [(query.ready(), args) for query, args in asked]
    found = []
    with connection.cursor() as cursor:
        params = [value for one, args in ready for value in filled(one.places, args)]
        cursor.execute(Several(tuple([one.sql for one, _ in ready])), params)
        results: Any = cursor.cursor  # the answer is here: nothing is wrapped for each row
        for one, args in ready:
            found.append(one(args, results.fetchall()))
            results.nextset()
    return found


def read_ahead(*asked: Asked) -> None:
    """Within `read_once`, answer `shared` queries that will be asked."""
    known = _read.get()
    if known is not None:
        known.update(zip(asked, together(*asked), strict=True))


class FixedUpdate(Fixed[M]):
    """An UPDATE of this kind. `build` returns the rows and their new values; a call, the rows that it changed."""

    def __init__(self, update: Callable[..., tuple[QuerySet[M], dict[str, Any]]], *kinds: type) -> None:
        super().__init__(lambda *args: update(*args)[0], *kinds)
        self.update = update

    def run(self, *args: Any) -> None:
        """Update, where the rows are not needed. In a transaction it is sent with the next statement."""
        if connection.vendor == "postgresql":
            sql, places = self._plain
            hold(connection, sql, filled(places, args))
            return
        rows, values = self.update(*args)
        rows.update(**values)

    def _rows(self, *args: Any) -> list[M]:
        if connection.vendor == "postgresql":
            return super()._rows(*args)
        rows, values = self.update(*args)
        with nullcontext() if connection.in_atomic_block else atomic():
            found = list(rows.values_list("pk", flat=True))
            rows.filter(pk__in=found).update(**values)
            return list(rows.model._default_manager.filter(pk__in=found))

    @cached_property
    def _plain(self) -> tuple[Kept, tuple[int, ...]]:
        rows, values = self._update_of_places
        update: Any = rows.query.chain(UpdateQuery)
        update.add_update_values(values)
        return kept(*update.get_compiler(connection=connection).as_sql())

    @property
    def _update_of_places(self) -> tuple[QuerySet[M], dict[str, Any]]:
        return self.update(*map(AnyValue, range(len(self.kinds))))

    @cached_property
    def _made(self) -> tuple[QuerySet[M], Any, Kept, tuple[int, ...]]:
        query = self._update_of_places[0].model._default_manager.order_by()
        compiler = query.query.get_compiler(connection=connection)
        compiler.as_sql()
        columns = ", ".join(column for _, (column, _), _ in compiler.select)
        sql, places = self._plain
        return query, compiler, Kept(f"{sql} RETURNING {columns}"), places


def among(column: str, values: Any) -> Q | Func:
    """Return the condition that a column is one of the values, which are one argument of a `Fixed`: a list."""
    if isinstance(values, list):
        return Q((f"{column}__in", values))
    return Func(F(column), values, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


class JsonRows(Subquery):
    """The rows of a `values` query as one JSON text, empty if there are none. PostgreSQL only."""

    template = "(SELECT COALESCE(json_agg(_row)::text, '') FROM (%(subquery)s) _row)"
    output_field = TextField()
