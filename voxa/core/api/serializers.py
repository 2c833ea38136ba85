"""The base of serializers: snake_case in Python, camelCase in JSON, unknown names rejected."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

from django.db.models import Model, TimeField
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from voxa.core.api.names import camel

M = TypeVar("M", bound=Model)
CLOCK = r"^(([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?|24:00(:00(\.0{1,6})?)?)$"


class NamedChoiceField(serializers.ChoiceField):
    """A choice field. The error lists the choices."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except ValidationError:
            names = ", ".join(str(name) for name in self.choices if name != "")
            empty = ", or leave it empty" if "" in self.choices else ""
            raise ValidationError(f"Choose one of {names}{empty}.", "invalid_choice") from None


class MomentField(serializers.DateTimeField):
    """A time with a time zone. One without is ambiguous and rejected."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValidationError("Include the time zone, such as 2026-03-01T10:00:00Z.", "no_time_zone")
        return super().enforce_timezone(value)


MIDNIGHT = re.compile(r"24:00(?::00(?:\.0{1,6})?)?")  # the end of a day, which is the beginning of the next


@extend_schema_field({"type": "string", "pattern": CLOCK})
class ClockField(serializers.TimeField):
    """A local time of day; 24:00 is midnight. One with a zone, which Django would drop silently,
    is rejected.
    """

    def to_internal_value(self, value: Any) -> time:
        if isinstance(value, str) and MIDNIGHT.fullmatch(value):
            return time(0)
        if isinstance(value, str) and not re.match(CLOCK, value):
            raise ValidationError("Enter a time of day without a zone, such as 09:00.", "invalid")
        return super().to_internal_value(value)


class _KnownNames:
    """Rejects unknown names; read-only ones are ignored."""

    fields: Any

    def to_internal_value(self, data: Any) -> Any:
        unknown: dict[str, Any] = {}
        if isinstance(data, Mapping):
            error = ErrorDetail("Unknown field. Check the spelling.", "unknown_field")
            unknown = {str(name): [error] for name in data if name not in self.fields}
        try:
            value = super().to_internal_value(data)  # type: ignore[misc]
        except ValidationError as exc:
            if unknown and isinstance(exc.detail, dict):
                raise ValidationError({**exc.detail, **unknown}) from exc
            raise
        if unknown:
            raise ValidationError(unknown)
        return value


class _CamelNames(_KnownNames):
    """Renames the fields of a serializer too. An underscore at the end, as in `from_`, is not part of the name."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        named: dict[str, Any] = super().get_fields()  # type: ignore[misc]
        fields = {name.removesuffix("_"): field for name, field in named.items()}
        for name, field in fields.items():
            if isinstance(field, serializers.SerializerMethodField):
                field.method_name = field.method_name or f"get_{name}"
            elif field.source is None and camel(name) != name:
                field.source = name
        return {camel(name): field for name, field in fields.items()}


class StrictSerializer(_KnownNames, serializers.Serializer[Any]):
    """A serializer whose fields have the same names in JSON, as dialects spell them; unknown names are rejected."""


class CamelSerializer(_CamelNames, serializers.Serializer[Any]):
    """A serializer whose declared `snake_case` fields are `camelCase` in JSON."""


class CamelModelSerializer(_CamelNames, serializers.ModelSerializer[M]):
    """The same for a model's fields."""

    serializer_choice_field = NamedChoiceField
    serializer_field_mapping: ClassVar[Any] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        TimeField: ClockField,
    }


@cache
def shared(kind: type[Any]) -> serializers.Serializer[Any]:
    """Return one serializer for all requests: building it is expensive, and it keeps no state here."""
    return cast(serializers.Serializer[Any], kind())
