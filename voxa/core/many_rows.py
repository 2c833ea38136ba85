"""Many rows in one statement, whose values go as one JSON text.

A parameter of its own for each value takes Python longer to send than PostgreSQL to write.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import AutoField, Model

from voxa.core.postgresql.base import hold
from voxa.core.postgresql.kept import Kept


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert new rows of one model and set their keys, as `bulk_create` does. For texts, numbers, times and UUIDs."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    sql, fields = _insert(model, with_keys=True)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_values(rows, fields)])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, connection.alias


def insert_without_keys(rows: Sequence[Model]) -> None:
    """Insert rows as `insert_rows` does, whose keys from the database nobody needs.

    In a transaction it is sent with the next statement.
    """
    if not rows or connection.vendor != "postgresql":
        insert_rows(rows)
        return
    sql, fields = _insert(type(rows[0]), with_keys=False)
    hold(connection, sql, [_values(rows, fields)])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _values(rows: Sequence[Model], fields: list[Any]) -> str:
    return json.dumps([{field.column: field.pre_save(row, add=True) for field in fields} for row in rows], default=str)


@cache
def _insert(model: type[Model], with_keys: bool) -> tuple[Kept, list[Any]]:
    fields: list[Any] = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    given = _recordset({field.column: field for field in fields})
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {columns} FROM {given}'  # noqa: S608
    return Kept(f'{sql} RETURNING "{model._meta.pk.column}"' if with_keys else sql), fields


def update_rows(model: type[Model], changes: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """Set fields, by their attributes, of the rows with these keys. Of several values of a field the last counts."""
    rows: dict[Any, dict[str, Any]] = {}
    for pk, values in changes:
        rows.setdefault(pk, {}).update(values)
    if connection.vendor != "postgresql":
        for pk, values in rows.items():
            model._default_manager.filter(pk=pk).update(**values)
        return
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for pk, values in rows.items():
        alike.setdefault(tuple(values), []).append({"pk": pk, **values})
    for names, given in alike.items():
        with connection.cursor() as cursor:
            cursor.execute(_update(model, names), [json.dumps(given, default=str)])


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> Kept:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    fields = {name: by_attribute[name] for name in names}
    new = ", ".join(f'"{field.column}" = given."{name}"' for name, field in fields.items())
    given = _recordset({"pk": model._meta.pk, **fields})
    table, key = model._meta.db_table, model._meta.pk.column
    return Kept(f'UPDATE "{table}" SET {new} FROM {given} WHERE "{table}"."{key}" = given.pk')  # noqa: S608


def _recordset(columns: Mapping[str, Any]) -> str:
    types = ", ".join(f'"{name}" {field.db_type(connection)}' for name, field in columns.items())
    return f"json_to_recordset(%s) AS given ({types})"


def given_rows(model: type[Model], *names: str) -> str:
    """Return a query of rows that its one parameter has as JSON: a list of objects with these fields of the model."""
    columns = {name: model._meta.get_field(name) for name in names}
    if connection.vendor == "postgresql":
        return f"SELECT * FROM {_recordset(columns)}"  # noqa: S608
    extracted = ", ".join(f"json_extract(value, '$.{name}')" for name in names)
    return f"SELECT {extracted} FROM json_each(%s)"  # noqa: S608
