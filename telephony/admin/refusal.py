"""Show errors of a service at their fields when a page is saved."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from voxa.core.errors import Conflict


class RefusableForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that is shown again with the errors of the service, `refused`."""

    refused: ValidationError | None = None

    def clean(self) -> Any:
        cleaned = super().clean()
        for name, errors in _by_field(self.refused).items():
            self.add_error(name if name in self.fields else None, errors)
        return cleaned


def _by_field(refused: ValidationError | None) -> dict[str, list[ValidationError]]:
    """Return the errors by field; "" holds those without a field."""
    if refused is None:
        return {}
    return refused.error_dict if hasattr(refused, "error_dict") else {"": refused.error_list}


class RefusablePage:
    """An admin whose `save_model` calls a service. Errors of the service are rolled back and shown."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        form.refused = getattr(request, "_voxa_refused", None)
        return form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show or save the page. Show it again on an error of the service."""
        show: Callable[..., HttpResponse] = super().changeform_view  # type: ignore[misc]
        try:
            return show(request, object_id, form_url, extra_context)
        except Conflict as error:
            refused = ValidationError({error.field: error.message} if error.field else error.message)
        except ValidationError as error:
            refused = error
        request._voxa_refused = refused  # type: ignore[attr-defined]
        return show(request, object_id, form_url, extra_context)
