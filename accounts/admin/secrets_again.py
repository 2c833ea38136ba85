"""A form with errors comes back without its secrets: the page says so beside each."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

AGAIN = "Enter it again: secrets are not kept while the form has errors."


def ask_again(form: forms.BaseForm) -> None:
    """Add an error to each secret that was entered in a form that is shown again."""
    for name, field in form.fields.items():
        emptied = isinstance(field.widget, forms.PasswordInput) and not field.widget.render_value
        if emptied and form.is_bound and form.data.get(form.add_prefix(name)):
            form.add_error(name, forms.ValidationError(AGAIN, code="again"))


class SecretsAgainForm(forms.BaseForm):
    """A mixin for forms of pages that are no change page."""

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self._errors:
            ask_again(self)


class SecretsAgain:
    """A mixin for an admin: covers errors of the form, of its inlines and of the service that saves the page."""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        ask_again(context["adminform"].form)
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return answer
