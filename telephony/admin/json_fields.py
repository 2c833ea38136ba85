"""JSON form fields that people can read and edit."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminTextareaWidget

from voxa.core.api.parsers import bad_text, load

_CALLBACK = {"type": "boolean", "description": "Wants to be called back"}
ANALYSIS_EXAMPLE = {"type": "object", "properties": {"callback": _CALLBACK}}


class ReadableJson(forms.JSONField):
    """JSON over several lines. Empty text is an empty value; errors name line and column."""

    def __init__(self, empty: type[list[Any]] | type[dict[str, Any]], example: Any, **kwargs: Any) -> None:
        look = {"rows": 8, "class": "vx-mono", "spellcheck": "false", "placeholder": _written(example)}
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs=look), **kwargs)
        self.empty = empty

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else _written(value) if value else ""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return invalid input unchanged."""
        return data

    def to_python(self, value: Any) -> Any:
        found = value
        if isinstance(value, str):
            found = _read(value) if value.strip() else None
        return self.empty() if found in self.empty_values else found


def _written(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _read(text: str) -> Any:
    """Parse JSON as strictly as the API does."""
    try:
        found = load(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValidationError(f"Invalid JSON at {place}: {error.msg}.", code="invalid") from error
    except RecursionError as error:
        raise ValidationError(gettext("The JSON is nested too deeply."), code="invalid") from error
    except ValueError as error:
        raise ValidationError(f"Invalid JSON: {error}.", code="invalid") from error
    for path, words in bad_text(found, ""):
        raise ValidationError(f"{path}: {words}" if path else words, code="invalid_text")
    return found
