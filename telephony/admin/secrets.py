"""Write-only secrets in forms."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanWidget

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

KEEP = _("A value is stored and never shown. Leave empty to keep it.")


class WriteOnlyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form with one secret. Empty keeps it; the checkbox beside it clears it.

    The field has the name of the model's, the checkbox is `clear_<name>`. `clears_with` are fields cleared with it.
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
        """Return whether the user entered a new secret or cleared the old one."""
        return bool({self.write_only, f"clear_{self.write_only}"} & set(self.changed_data))


def without_clearing(fieldsets: Any, *, stored: bool) -> Any:
    """Remove the clear checkbox when no secret is stored."""
    if stored:
        return fieldsets
    return [
        (title, {**options, "fields": [name for name in options["fields"] if not str(name).startswith("clear_")]})
        for title, options in fieldsets
    ]


def without_secret(fieldsets: Any, name: str) -> Any:
    """Return fieldsets without a secret, for read-only pages."""
    return [(title, {**options, "fields": _without(options["fields"], name)}) for title, options in fieldsets]


def _without(fields: Any, name: str) -> list[Any]:
    rows = [_without(one, name) if isinstance(one, list | tuple) else one for one in fields]
    return [one for one in rows if one != name]


def secret_field(label: "str | StrPromise") -> forms.CharField:
    """Return a password field that neither Voxa nor the browser fills in."""
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=1_000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False),
    )


def clear_field(label: "str | StrPromise") -> forms.BooleanField:
    """Return the checkbox that clears a secret."""
    return forms.BooleanField(label=label, required=False, widget=UnfoldBooleanWidget)
