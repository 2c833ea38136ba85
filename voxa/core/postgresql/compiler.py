"""Django's compilers for PostgreSQL; the SQL of an INSERT of one row is made once.

Django makes it and looks through every value for each row, which takes longer than sending it.
"""

from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

from django.db.backends.postgresql import compiler
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLCompiler,
    SQLDeleteCompiler,
    SQLUpdateCompiler,
)
from django.db.models import BooleanField, CharField, DateTimeField, Field, ForeignKey, TextField, UUIDField

from voxa.core.postgresql.base import hold
from voxa.core.postgresql.kept import Kept

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]
# What Django's own fields send as it is, besides None.
_SENT: dict[type[Any], type] = {
    CharField: str, TextField: str, BooleanField: bool, UUIDField: UUID, DateTimeField: datetime,
}  # fmt: skip
_STEPS = ("get_db_prep_save", "get_db_prep_value", "get_prep_value", "to_python")


@dataclass(frozen=True, slots=True)
class _Insert:
    """An INSERT of a row: for each field the attribute that is its value (empty where the field makes it), and the
    types of values that are sent as they are.
    """

    sql: Kept
    columns: tuple[tuple[Any, str, frozenset[type]], ...]


_known: dict[Any, _Insert] = {}


class SQLInsertCompiler(compiler.SQLInsertCompiler):
    """Leaves to Django what is not one row of plain values: several rows, expressions, conflicts.

    In a transaction a row with a key of its own is sent with the next statement, and what the server says against it is
    raised there. So are rows of a model that `is_held`, which do not learn their key.
    """

    def execute_sql(self, returning_fields: Any = None) -> Any:  # type: ignore[override]
        query: Any = self.query
        is_held = len(query.objs) == 1 and not returning_fields and self.connection.in_atomic_block
        if not is_held and not getattr(query.model, "is_held", False):
            return super().execute_sql(returning_fields)
        self.returning_fields = None
        for sql, params in self.as_sql():
            hold(self.connection, sql, params)
        return [(None,) * len(returning_fields or ())] * len(query.objs)

    def as_sql(self, *args: Any, **options: Any) -> Any:
        query: Any = self.query
        if len(query.objs) != 1 or query.on_conflict or query.raw or not query.fields:
            return super().as_sql()
        returned = self.returning_fields or ()
        names = tuple([field.column for field in query.fields]), tuple([field.column for field in returned])
        insert = _known.get((query.model, names)) or self._made(query, names)
        row, params = query.objs[0], []
        for field, attname, sent in insert.columns:
            value = getattr(row, attname) if attname else field.pre_save(row, True)
            kind = type(value)
            if kind not in sent or (kind is datetime and value.tzinfo is None):
                value = self.prepare_value(field, value)
                if hasattr(value, "as_sql"):
                    return super().as_sql()
            params.append(value)
        self.returning_params = ()
        return [(insert.sql, tuple(params))]

    def _made(self, query: Any, names: Any) -> _Insert:
        ops: Any = self.connection.ops
        fields = query.fields
        columns = ", ".join(map(ops.quote_name, names[0]))
        values = ops.bulk_insert_sql(fields, [["%s"] * len(fields)])
        returning, _ = ops.return_insert_columns(self.returning_fields)
        sql = f"{ops.insert_statement()} {ops.quote_name(query.model._meta.db_table)} ({columns}) {values} {returning}"
        made = _Insert(Kept(sql.rstrip()), tuple(map(_column, fields)))
        _known[query.model, names] = made
        return made


def _column(field: Any) -> tuple[Any, str, frozenset[type]]:
    is_plain = type(field).pre_save is Field.pre_save
    return field, field.attname if is_plain else "", _sent(field)


def _sent(field: Any) -> frozenset[type]:
    if type(field) is ForeignKey:
        return _sent(field.target_field) - {str}  # an empty one is NULL
    for known, sent in _SENT.items():
        if all(getattr(type(field), step) is getattr(known, step) for step in _STEPS):
            return frozenset({sent, NoneType})
    return frozenset()
