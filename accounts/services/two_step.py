"""Two-step sign-in: a person turns it on with a code of their app; they or a superuser turn it off.

Both end the person's other sessions, which may have been opened with the password alone.
"""

from typing import Any

from django.db import transaction

from accounts.models import AuthenticatorApp, RecoveryCodes
from accounts.services.sessions import end_sessions


def has_two_step(person: Any) -> bool:
    """Return whether a person is asked for a code."""
    return bool(AuthenticatorApp.objects.filter(user=person, confirmed=True).exists())


def pending_app(person: Any) -> AuthenticatorApp:
    """Return the app that a person is setting up, with its seed."""
    app, _ = AuthenticatorApp.objects.get_or_create(
        user=person, confirmed=False, defaults={"name": "Authenticator app"}
    )
    return app  # type: ignore[no-any-return]


@transaction.atomic
def takes(device: Any, code: str) -> bool | None:
    """Return whether a device accepts a code; None while it is throttled after wrong ones.

    The row lock serializes concurrent tries.
    """
    locked = type(device).objects.select_for_update().filter(pk=device.pk).first()
    if locked is None:
        return False
    return bool(locked.verify_token(code)) if locked.verify_is_allowed()[0] else None


@transaction.atomic
def turn_on(app: AuthenticatorApp, *, keep: str | None = None) -> list[str]:
    """Confirm the app and return new recovery codes, which are never shown again. `keep` is the session to keep."""
    AuthenticatorApp.objects.filter(pk=app.pk).update(confirmed=True)
    RecoveryCodes.objects.filter(user=app.user).delete()
    recovery = RecoveryCodes(user=app.user, name="Recovery codes", confirmed=True)
    codes = recovery.renew()
    recovery.save()
    end_sessions(app.user, keep=keep)
    return codes


@transaction.atomic
def turn_off(person: Any, *, keep: str | None = None) -> None:
    """Delete a person's app and recovery codes: they sign in with the password alone."""
    AuthenticatorApp.objects.filter(user=person).delete()
    RecoveryCodes.objects.filter(user=person).delete()
    end_sessions(person, keep=keep)
