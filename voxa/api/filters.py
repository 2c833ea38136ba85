"""Query parameters of lists whose refusal names what is allowed."""

from collections.abc import Sequence
from typing import Any

from django.forms import NullBooleanField, TextInput, ValidationError
from django_filters import rest_framework as filters

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class NamedChoiceFilter(filters.ChoiceFilter):
    """A choice whose refusal names the choices."""

    def __init__(self, choices: Sequence[tuple[str, Any]], **options: Any) -> None:
        names = ", ".join(name for name, _ in choices)
        super().__init__(choices=choices, error_messages={"invalid_choice": f"Choose one of {names}."}, **options)


class _TrueOrFalse(NullBooleanField):
    """Refuses what the base class takes for a question not asked."""

    widget = TextInput

    def to_python(self, value: Any) -> Any:
        text = (value or "").strip().lower()
        if text and text not in _BOOLEANS:
            raise ValidationError("Give true or false.", code="invalid")
        return _BOOLEANS.get(text)


class TrueOrFalseFilter(filters.BooleanFilter):
    """`true` or `false`; anything else is refused."""

    field_class = _TrueOrFalse

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": TextInput, **options})
