"""The UPDATE that saves a row, whose SQL is made once: Django makes it each time, and takes longer than to send it."""

from functools import cache
from typing import Any

from django.db import connections
from django.db.models import Model

from voxa.core.postgresql.base import hold
from voxa.core.postgresql.kept import Kept


class SavedByKey(Model):
    """A row that is saved so. Expressions are left to Django, and fields whose SQL depends on their value."""

    _is_locked = False

    class Meta:
        abstract = True

    def save_locked(self, **options: Any) -> None:
        """Save a row that the transaction has locked: it is there, so the UPDATE may go with the next statement."""
        self._is_locked = True
        try:
            self.save(**options)
        finally:
            self._is_locked = False

    def _do_update(  # type: ignore[override]  # the stubs are of Django 6
        self, base_qs: Any, using: str, pk_val: Any, values: Any, *options: Any
    ) -> bool:
        sql = _update(base_qs.model, tuple([field for field, _, _ in values]))
        if sql is None or base_qs.query.where or any(hasattr(value, "resolve_expression") for _, _, value in values):
            parent: Any = super()
            return bool(parent._do_update(base_qs, using, pk_val, values, *options))
        connection = connections[using]
        given = [field.get_db_prep_save(value, connection) for field, _, value in values]
        given.append(base_qs.model._meta.pk.get_db_prep_value(pk_val, connection))
        if self._is_locked:
            hold(connection, sql, given)
            return True
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return bool(cursor.rowcount)


@cache
def _update(model: type[Model], fields: tuple[Any, ...]) -> Kept | None:
    options: Any = model._meta
    if not fields or options.select_on_save or any(hasattr(field, "get_placeholder") for field in fields):
        return None
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    table = f'"{options.db_table}"'
    return Kept(f'UPDATE {table} SET {columns} WHERE {table}."{options.pk.column}" = %s')  # noqa: S608
