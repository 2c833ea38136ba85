"""The page to change one's password."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.forms import AdminOwnPasswordChangeForm

from accounts.admin.secrets_again import SecretsAgainForm
from accounts.lockout import proves_password


class OwnPasswordForm(SecretsAgainForm, AdminOwnPasswordChangeForm):
    """Requires the old password. Wrong guesses count as on the sign-in page."""

    def __init__(self, user: Any, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not proves_password(self.request, self.user, password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class OwnPasswordView(PasswordChangeView):
    """Replaces unfold's view, whose form ignores the lockout."""

    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_success_url(self) -> str:
        return reverse("admin:password_change_done")


def change_password(request: HttpRequest) -> HttpResponse:
    """Show the form and change the password."""
    return OwnPasswordView.as_view(extra_context=admin.site.each_context(request))(request)  # type: ignore[return-value]
