"""A form with errors comes back without its secrets: the page says so beside each."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

AGAIN = _("Enter it again: secrets are not kept while the form has errors.")


def emptied(form: forms.BaseForm) -> list[str]:
    """Return the names of secrets that were entered in a form that is shown again."""
    return [
        name
        for name, field in form.fields.items()
        if isinstance(field.widget, forms.PasswordInput) and not field.widget.render_value
        if form.is_bound and form.data.get(form.add_prefix(name))
    ]


class SecretsAgainForm:
    """A mixin for forms of pages that are no change page."""

    def full_clean(self: Any) -> None:
        super().full_clean()  # type: ignore[misc]
        if self.is_bound and self._errors:
            for name in emptied(self):
                self.add_error(name, forms.ValidationError(AGAIN, code="again"))


class SecretsAgain:
    """A mixin for an admin: covers errors of the form, of its inlines and of the service that saves the page."""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        form = context["adminform"].form
        for name in emptied(form):
            form.fields[name].again = AGAIN  # shown by fieldset_row_field.html
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return answer
