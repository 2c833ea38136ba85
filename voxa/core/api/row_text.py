"""JSON of the rows of a page, a column at a time from what the database returned: no object is made for a row."""

import json
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.functions import Cast
from rest_framework import serializers

from voxa.core.api.rendering import JsonText, encoded
from voxa.core.json_values import time_json

Converter = Callable[[Any], str]
Row = tuple[Any, ...]


class RowText:
    """The columns of a model that a serializer shows, and their JSON.

    `first` are the columns at the start of each row. `converters` are for values that do not show their column as it
    is, by its name. JSON columns are objects or lists.
    """

    def __init__(
        self,
        model: type[models.Model],
        kind: type[serializers.Serializer[Any]],
        *first: str,
        **converters: Converter,
    ) -> None:
        columns = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
        shown = {name: columns.get(str(field.source)) for name, field in kind().fields.items() if not field.write_only}
        plain = [field.attname for field in shown.values() if field]
        self.columns = tuple(dict.fromkeys([*first, *plain]))
        self._as_text = {
            name for name, field in columns.items() if _is_id(field) or isinstance(field, models.JSONField)
        }
        self._template = "{" + ",".join(f"{encoded(name)}:%s" for name in shown) + "}"
        self._values = [
            (self.columns.index(field.attname), _converter(field, converters)) if field else name
            for name, field in shown.items()
        ]

    def select(self, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
        """Return the rows as tuples of the columns."""
        return rows.values_list(*self.columns)

    def select_text(self, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
        """Return the same for a `Fixed`, on PostgreSQL with ids and JSON as text, which it need not parse."""
        if connection.vendor != "postgresql":
            return self.select(rows)
        text = models.TextField()
        return rows.values_list(*(Cast(name, text) if name in self._as_text else name for name in self.columns))

    def texts(self, rows: Sequence[Row], **nested: Iterable[str]) -> list[str]:
        """Return the JSON of each row. `nested` are the values of nested serializers, by their JSON name."""
        columns = list(zip(*rows, strict=True))
        if not columns:
            return []
        values = [nested[one] if isinstance(one, str) else map(one[1], columns[one[0]]) for one in self._values]
        return [self._template % row for row in zip(*values, strict=True)]


def listed(texts: Iterable[str]) -> JsonText:
    """Return a list of JSON texts as one."""
    return JsonText(f"[{','.join(texts)}]")


def _is_id(field: Any) -> bool:
    return isinstance(field.target_field if field.is_relation else field, models.UUIDField)


def _converter(field: Any, converters: dict[str, Converter]) -> Converter:
    if field.attname in converters:
        return converters[field.attname]
    if _is_id(field):
        return _id
    if isinstance(field, models.DateTimeField):
        return _time
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.CharField | models.TextField) and not field.null:
        return encode_basestring
    return _number if isinstance(field, models.IntegerField) else encoded


def _id(value: Any) -> str:
    return f'"{value}"' if value else "null"


def _time(value: Any) -> str:
    return f'"{time_json(value)}"' if value else "null"


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def json_of(value: Any) -> Any:
    """Return the value of a JSON column, which may be text."""
    return json.loads(value) if isinstance(value, str) else value


def _json(value: Any) -> str:
    if value in ("{}", "[]"):  # most are
        return str(value)
    return encoded(json_of(value))
