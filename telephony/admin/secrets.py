"""Secrets in forms: they go in and never come out."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanWidget

KEEP = "Stored, and never shown. Empty keeps it."


class WriteOnlyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form with one secret: empty keeps it, the box beside it clears it.

    The field is named as the model's, the box `clear_<name>`. `clears_with` are fields that go with the secret.
    """

    write_only: ClassVar[str]
    clears_with: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop(self.write_only, None)
        stored = not self.instance._state.adding and bool(getattr(self.instance, self.write_only))
        if self.write_only in self.fields:
            self.fields[self.write_only].help_text = KEEP if stored else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get(f"clear_{self.write_only}"):
            cleaned.update({self.write_only: None, **dict.fromkeys(self.clears_with, "")})
        elif not cleaned.get(self.write_only):
            cleaned[self.write_only] = getattr(self.instance, self.write_only)
        return cleaned

    @property
    def changed_secret(self) -> bool:
        """Return whether the person entered a new secret or cleared the old one."""
        return bool({self.write_only, f"clear_{self.write_only}"} & set(self.changed_data))


def without_clearing(fieldsets: Any, *, stored: bool) -> Any:
    """Leave out the box that clears a secret where none is stored."""
    if stored:
        return fieldsets
    return [
        (title, {**options, "fields": [name for name in options["fields"] if not str(name).startswith("clear_")]})
        for title, options in fieldsets
    ]


def secret_field(label: str) -> forms.CharField:
    """Return a password field that is never filled in, neither by us nor by a browser's store."""
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=1_000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False),
    )


def clear_field(label: str) -> forms.BooleanField:
    """Return the box that clears a secret."""
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanWidget)
