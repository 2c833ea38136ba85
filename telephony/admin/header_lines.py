"""SIP headers in forms, one per line."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminTextareaWidget


class HeaderLines(forms.CharField):
    """A mapping as lines `Name: value`. The value may contain colons."""

    def __init__(self, example: str, **kwargs: Any) -> None:
        look = {"rows": 3, "class": "vx-mono", "spellcheck": "false", "placeholder": example}
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs=look), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        found: dict[str, str] = {}
        for number, line in enumerate((value or "").splitlines(), 1):
            if not line.strip():
                continue
            name, colon, text = line.partition(":")
            if not colon or not text.strip():
                raise ValidationError(
                    gettext("Line %(number)d: enter a name, a colon and a value.") % {"number": number}, code="line"
                )
            if name.strip() in found:
                raise ValidationError(
                    gettext("Line %(number)d: %(name)s is already listed.") % {"number": number, "name": name.strip()},
                    code="line",
                )
            found[name.strip()] = text.strip()
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or {}))
        except ValidationError:
            return True
