"""JSON in forms as people can read and mend it."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget

from voxa.api.parsers import bad_text, load


class ReadableJson(forms.JSONField):
    """JSON over several lines; empty stands for an empty value, and a mistake is told with its place."""

    def __init__(self, empty: type[list[Any]] | type[dict[str, Any]], example: Any, **kwargs: Any) -> None:
        look = {"rows": 8, "class": "vx-mono", "spellcheck": "false", "placeholder": _written(example)}
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs=look), **kwargs)
        self.empty = empty

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else _written(value) if value else ""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show what was sent as it was sent."""
        return data

    def to_python(self, value: Any) -> Any:
        found = value
        if isinstance(value, str):
            found = _read(value) if value.strip() else None
        return self.empty() if found in self.empty_values else found


def _written(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _read(text: str) -> Any:
    """Read JSON as strictly as the API does."""
    try:
        found = load(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValidationError(f"This is no JSON: {place}: {error.msg}.", code="invalid") from error
    except RecursionError as error:
        raise ValidationError("This is nested too deeply.", code="invalid") from error
    except ValueError as error:
        raise ValidationError(f"This is no JSON: {error}.", code="invalid") from error
    for path, words in bad_text(found, ""):
        raise ValidationError(f"{path}: {words}" if path else words, code="invalid_text")
    return found
