"""Set named values on a row, for services that change only the fields of a request."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db import models


def assign(row: models.Model, values: Mapping[str, Any], fields: Iterable[str]) -> list[str]:
    """Set the fields that are in `values`; return the names of those that changed.

    None clears a text that may be empty.
    """
    changed = []
    for name in fields:
        if name not in values:
            continue
        field, value = cast("models.Field[Any, Any]", row._meta.get_field(name)), values[name]
        if value is None and field.blank and not field.null:
            value = ""
        if getattr(row, field.attname) != getattr(value, "pk", value):
            setattr(row, name, value)
            changed.append(name)
    return changed
