"""Delete a row with what depends on it, as Django does, on PostgreSQL with fewer statements."""

from collections.abc import Sequence
from functools import cache, partial
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import CASCADE, DO_NOTHING, PROTECT, RESTRICT, SET_NULL, Model, QuerySet, UUIDField
from django.db.models.deletion import Collector, get_candidate_relations_to_delete
from django.db.models.signals import post_delete, pre_delete
from django.db.transaction import atomic

from voxa.core.postgresql.base import hold
from voxa.core.postgresql.kept import Kept
from voxa.core.statements import Asked, Fixed


def delete_row(row: Model) -> None:
    """Delete a row as `row.delete()` does, with the same signals."""
    collector = (_Collector if connection.vendor == "postgresql" else Collector)(DEFAULT_DB_ALIAS, origin=row)
    collector.collect([row])
    collector.delete()


def dependents_asked(model: type[Model], key: Any) -> list[Asked]:
    """Return what `delete_row` asks about the row with this key, for `read_ahead`."""
    plan = _plan(model) if connection.vendor == "postgresql" else None
    return [(find, (key,)) for _, find in plan[1]] if plan else []


class _Collector(Collector):
    """Clears and deletes what nothing listens to by the statements of `_plan`.

    They go last, for keys are checked at the end of the transaction. All are sent with the statement that follows.
    """

    def __init__(self, using: str, origin: Model) -> None:
        super().__init__(using, origin)
        self.statements: list[tuple[Kept, list[Any]]] = []

    def collect(  # type: ignore[override]
        self, objs: Any, source: Any = None, nullable: bool = False, **options: Any
    ) -> None:
        model: Any = type(objs[0])
        plan = _plan(model)
        if plan is None:
            super().collect(objs, source, nullable, **options)
            return
        added: Sequence[Model] = self.add(objs, source, nullable)
        keys = [row.pk for row in added]
        if not keys:
            return
        statements, others = plan
        self.statements += [(sql, keys) for sql in statements]
        for field, find in others:
            if found := find(keys[0]) if len(keys) == 1 else _referring(field, keys):
                field.remote_field.on_delete(self, field, found, self.using)

    def delete(self) -> tuple[int, dict[str, int]]:
        with atomic(savepoint=False):
            deleted = super().delete() if self.fast_deletes or self.field_updates else self._delete_rows()
            for sql, keys in self.statements:
                hold(connection, sql, [keys])
        return deleted

    def _delete_rows(self) -> tuple[int, dict[str, int]]:
        """Do as Django does, with DELETEs that are made once."""
        for model, rows in self.data.items():
            self.data[model] = sorted(rows, key=attrgetter("pk"))
        self.sort()
        for model, row in self.instances_with_model():
            pre_delete.send(sender=model, instance=row, using=self.using, origin=self.origin)
        for model, rows in self.data.items():
            cast(list[Model], rows).reverse()
            hold(connection, _deletion(model), [[row.pk for row in rows]])
            for row in rows:
                post_delete.send(sender=model, instance=row, using=self.using, origin=self.origin)
        counted = {model._meta.label: len(rows) for model, rows in self.data.items()}
        for model, row in self.instances_with_model():
            setattr(row, model._meta.pk.attname, None)
        return sum(counted.values()), counted


@cache
def _deletion(model: type[Model]) -> Kept:
    options: Any = model._meta
    table, key = (connection.ops.quote_name(name) for name in (options.db_table, options.pk.column))
    return Kept(f"DELETE FROM {table} WHERE {key} = ANY(%s)")  # noqa: S608  # ours


@cache
def _plan(model: type[Model]) -> tuple[list[Kept], list[tuple[Any, Fixed[Any]]]] | None:
    """Return what the deletion of rows of a model does to others: statements, and relations whose rows are read.

    None where Django must look itself: for protected rows, parents and generic relations.
    """
    options, collector = model._meta, Collector(DEFAULT_DB_ALIAS)
    relations: list[Any] = [relation.field for relation in get_candidate_relations_to_delete(options)]  # type: ignore[attr-defined]
    actions = {field.remote_field.on_delete for field in relations}
    if options.parents or options.private_fields or actions & {PROTECT, RESTRICT}:
        return None
    statements, others = [], []
    for field in relations:
        table, column = (connection.ops.quote_name(name) for name in (field.model._meta.db_table, field.column))
        action = field.remote_field.on_delete
        if action is SET_NULL:
            statements.append(Kept(f"UPDATE {table} SET {column} = NULL WHERE {column} = ANY(%s)"))  # noqa: S608  # ours
        elif action is CASCADE and collector.can_fast_delete(field.model, from_field=field):
            statements.append(Kept(f"DELETE FROM {table} WHERE {column} = ANY(%s)"))  # noqa: S608
        elif action is not DO_NOTHING:
            kind = UUID if isinstance(field.target_field, UUIDField) else object
            others.append((field, Fixed(partial(_referring_to, field), kind, shared=True)))
    return statements, others


def _referring_to(field: Any, key: Any) -> QuerySet[Any]:
    return field.model._base_manager.filter(**{field.attname: key}).order_by()  # type: ignore[no-any-return]


def _referring(field: Any, keys: list[Any]) -> QuerySet[Any]:
    return field.model._base_manager.filter(**{f"{field.attname}__in": keys}).order_by()  # type: ignore[no-any-return]
