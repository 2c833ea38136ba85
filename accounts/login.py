"""Sign in with email address, password, and a code for users who set it up."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp import devices_for_user
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from accounts.lockout import count_failure
from accounts.models import RecoveryCodes
from accounts.services import two_step


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """Asks for the code with the password, so that the password is never sent back to the page."""

    otp_token = forms.CharField(
        label=_("Sign-in code"),
        required=False,
        help_text=_("From your authenticator app, or a recovery code. Leave it empty if you have not set it up."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": " ".join(BASE_INPUT_CLASSES)}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Email address")
        self.openid_name = settings.OPENID_NAME if settings.OPENID_SERVER_URL else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        user = self.get_user()
        if user is not None:
            user.otp_device = verified_device(self.request, user, cleaned.get("otp_token", ""))
        return cleaned


def verified_device(request: HttpRequest, user: Any, text: str) -> Any:
    """Return the device of the code, None for users without one. Raise `ValidationError` otherwise."""
    devices, code = list(devices_for_user(user)), text.replace(" ", "")
    if not devices:
        return None
    if not code:
        raise ValidationError(_("Enter the code from your authenticator app."), code="otp_required")
    for device in _asked(devices, code):
        taken = two_step.takes(device, code)
        if taken is None:
            count_failure(request, user)
            raise ValidationError(_("Too many wrong codes. Wait a moment, then try again."), code="otp_throttled")
        if taken:
            return device
    count_failure(request, user)
    raise ValidationError(_("This code is wrong or was already used. Enter the next one."), code="otp_wrong")


def _asked(devices: list[Any], code: str) -> list[Any]:
    """Return the devices that a code may belong to: six digits are an app's, anything else is a recovery code.

    Trying both would count against the wrong one.
    """
    recovery = not (code.isdigit() and len(code) == 6)
    return [device for device in devices if isinstance(device, RecoveryCodes) is recovery]
