"""Query parameters of lists. Errors list the allowed values."""

import re
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.forms import CharField, NullBooleanField, TextInput, ValidationError
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField

from voxa.core.number_fields import to_canonical

_PLUS_LOST = re.compile(r"(T.*) (\d\d:?\d\d)$")  # an unescaped + means a space in a query
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class NamedChoiceFilter(filters.ChoiceFilter):
    """A choice field. The error lists the choices."""

    def __init__(self, choices: Sequence[tuple[str, Any]], **options: Any) -> None:
        names = ", ".join(name for name, _ in choices)
        super().__init__(choices=choices, error_messages={"invalid_choice": f"Choose one of {names}."}, **options)


class _TrueOrFalse(NullBooleanField):
    """Rejects values that the base class ignores."""

    widget = TextInput

    def to_python(self, value: Any) -> Any:
        text = (value or "").strip().lower()
        if text and text not in _BOOLEANS:
            raise ValidationError("Enter true or false.", code="invalid")
        return _BOOLEANS.get(text)


def number_asked(text: str, country: str | None) -> str:
    """Return the canonical number from a query or path, where an unescaped + is a space.

    Raise Django's `ValidationError` with the reason.
    """
    digits = text.lstrip(" ")
    plus = "+" if digits != text and digits[:1].isdigit() else ""
    return to_canonical(plus + digits.rstrip(" "), country, plus_may_be_lost=True)


class _Number(CharField):
    country: str | None = None
    marks: tuple[str, ...] = ()  # what else is asked for begins so

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "strip": False})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if not text.strip() or text.startswith(self.marks or "\0"):
            return text.strip()
        return number_asked(text, self.country)


class NumberAskedFilter(filters.CharFilter):
    """A phone number in any format, parsed by the workspace's country. Anything else is rejected.

    Text that starts with one of `marks` is used unchanged, such as the hash of an erased number.
    """

    field_class = _Number

    def __init__(self, *, marks: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__(**options)
        self.marks = marks

    @property
    def field(self) -> Any:
        """Return the form field with the request's workspace."""
        field: Any = super().field
        key = getattr(getattr(getattr(self, "parent", None), "request", None), "auth", None)
        field.country, field.marks = key.workspace.country if key else None, self.marks
        return field


class TrueOrFalseFilter(filters.BooleanFilter):
    """`true` or `false`; anything else is rejected."""

    field_class = _TrueOrFalse

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": TextInput, **options})


class _Moment(IsoDateTimeField):
    def to_python(self, value: Any) -> Any:
        moment = super().to_python(_PLUS_LOST.sub(r"\1+\2", value) if isinstance(value, str) else value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:  # in the first or last year there is
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(filters.IsoDateTimeFilter):
    """A time in ISO 8601, without a zone in UTC; an unescaped + in its zone is accepted."""

    field_class = _Moment

    def __init__(self, **options: Any) -> None:
        words = "Enter a time such as 2026-03-01T00:00:00Z."
        super().__init__(**{"error_messages": {"invalid": words}, **options})
