"""Signing in: password, a code for those who set one up, recovery codes, and the lockout in words."""

import time
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from accounts.models import AuthenticatorApp, RecoveryCodes, User
from tests.admin.conftest import Browser

LOGIN = "admin:login"


def code_of(device: AuthenticatorApp) -> str:
    """Return the code that an authenticator app would show now."""
    totp = TOTP(device.bin_key, drift=device.drift)
    totp.time = time.time()
    return f"{totp.token():06d}"


def sign_in(client: Client, user: User, code: str = "", password: str = "a long password") -> str:
    """Try to sign in; return the page's text, empty when it worked."""
    data = {"username": user.email, "password": password, "otp_token": code}
    answer = client.post(reverse(LOGIN), data)
    return "" if SESSION_KEY in client.session else answer.content.decode()


@pytest.fixture
def protected(superuser: User) -> AuthenticatorApp:
    """The superuser's confirmed authenticator app."""
    device: AuthenticatorApp = AuthenticatorApp.objects.create(user=superuser, confirmed=True)
    return device


def test_without_a_device_the_password_is_enough(superuser: User, client: Client) -> None:
    assert sign_in(client, superuser) == ""


def test_with_a_device_a_code_is_needed(protected: AuthenticatorApp, client: Client) -> None:
    assert "Enter the code" in sign_in(client, protected.user)
    assert "wrong or was already used" in sign_in(client, protected.user, "000000")


def test_the_right_code_signs_in_once(protected: AuthenticatorApp, client: Client) -> None:
    code = code_of(protected)
    assert sign_in(client, protected.user, code) == ""
    assert "wrong or was already used" in sign_in(Client(), protected.user, code)


def test_a_wrong_password_says_nothing_about_the_code(protected: AuthenticatorApp, client: Client) -> None:
    html = sign_in(client, protected.user, password="wrong")
    assert "correct email address and password" in html
    assert "Enter the code" not in html


def test_setting_up_gives_recovery_codes_that_work_once(superuser: User, signed_in: Browser, client: Client) -> None:
    setup = signed_in(superuser)
    setup.get(reverse("admin:two_step"))
    device = AuthenticatorApp.objects.get(user=superuser, confirmed=False)
    assert "is not valid" in setup.post(reverse("admin:two_step"), {"code": "000000"}).content.decode()
    AuthenticatorApp.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    answer = setup.post(reverse("admin:two_step"), {"code": code_of(device)})
    codes = answer.context["codes"]
    assert len(set(codes)) == 8
    assert sign_in(client, superuser, codes[0]) == ""
    assert sign_in(Client(), superuser, codes[0]) != ""
    assert codes[1] not in setup.get(reverse("admin:two_step")).content.decode()


def test_turning_it_off_needs_the_password(protected: AuthenticatorApp, signed_in: Browser) -> None:
    client = signed_in(protected.user)
    assert "password is not correct" in client.post(reverse("admin:two_step"), {"password": "wrong"}).content.decode()
    assert AuthenticatorApp.objects.exists()
    client.post(reverse("admin:two_step"), {"password": "a long password"})
    assert not AuthenticatorApp.objects.filter(confirmed=True).exists()
    assert not RecoveryCodes.objects.exists()


def test_a_superuser_turns_it_off_for_who_lost_the_app(
    superuser: User, acme_owner: User, outsider: User, signed_in: Browser, client: Client
) -> None:
    AuthenticatorApp.objects.create(user=acme_owner, confirmed=True)
    url = reverse("admin:accounts_user_remove_two_step", args=[acme_owner.pk])
    assert url in signed_in(superuser).get(reverse("admin:accounts_user_change", args=[acme_owner.pk])).text
    assert [signed_in(other).post(url).status_code for other in (outsider, acme_owner)] == [403, 403]
    assert signed_in(superuser).get(url).status_code == 403
    assert "Enter the code" in sign_in(client, acme_owner)
    assert signed_in(superuser).post(url).status_code == 302
    assert sign_in(client, acme_owner) == ""


def test_a_lockout_says_what_happened_and_when_it_ends(superuser: User, client: Client, settings: Any) -> None:
    settings.AXES_ENABLED = True
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(reverse(LOGIN), {"username": superuser.email, "password": "wrong"})
    assert answer.status_code == 429
    html = answer.content.decode()
    assert "Too many attempts" in html
    assert "Try again in 15 minutes" in html


def test_who_is_no_staff_is_told_so(db: None, client: Client) -> None:
    user = User.objects.create_user("someone@voxa.example", "a long password")
    assert "staff account" in sign_in(client, user)
