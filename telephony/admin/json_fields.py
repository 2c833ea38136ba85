"""JSON in forms as people can read and mend it."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget


class ReadableJson(forms.JSONField):
    """JSON over several lines; empty stands for an empty value, and a mistake is told with its place."""

    def __init__(self, empty: type[list[Any]] | type[dict[str, Any]], example: Any, **kwargs: Any) -> None:
        look = {"rows": 8, "class": "vx-mono", "spellcheck": "false", "placeholder": _written(example)}
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs=look), **kwargs)
        self.empty = empty

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(value) if isinstance(value, str) else _written(value) if value else ""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return self.empty()
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(_mistake(str(value)), code="invalid") from error


def _written(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _mistake(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"This is no JSON: line {error.lineno}, column {error.colno}: {error.msg}."
    return "This is no JSON."
