"""The database holds neither a seed nor a recovery code that anyone could use, and no page shows them again."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from accounts.models import AuthenticatorApp, RecoveryCodes, User
from tests.admin.conftest import Browser
from tests.admin.test_signing_in import code_of, sign_in

PAGE = "admin:two_step"


def set_up(client: Client, person: User) -> tuple[AuthenticatorApp, str, list[str]]:
    """Turn two-step sign-in on as a person does; return the app, the shown seed and the recovery codes."""
    seed = client.get(reverse(PAGE)).context["secret"]
    app = AuthenticatorApp.objects.get(user=person)
    codes = client.post(reverse(PAGE), {"code": code_of(app)}).context["codes"]
    return app, seed, codes


def everything_stored() -> str:
    """Return what stands in every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [bytes(value) if isinstance(value, memoryview) else value for row in cursor for value in row]
    return " ".join(map(str, found)).lower()


def test_nothing_in_the_database_signs_in(superuser: User, signed_in: Browser) -> None:
    app, seed, codes = set_up(signed_in(superuser), superuser)
    stored = everything_stored()
    assert superuser.email in stored
    for secret in (seed, app.seed, *codes, *(code.replace("-", "") for code in codes)):
        assert secret.lower() not in stored


def test_a_recovery_code_signs_in_once_however_it_is_written(superuser: User, signed_in: Browser) -> None:
    _, _, codes = set_up(signed_in(superuser), superuser)
    assert sign_in(Client(), superuser, codes[0].upper().replace("-", " ")) == ""
    assert "was already used" in sign_in(Client(), superuser, codes[0])
    RecoveryCodes.objects.update(throttling_failure_count=0)
    assert sign_in(Client(), superuser, codes[1].replace("-", "")) == ""
    assert len(RecoveryCodes.objects.get().hashes) == 6


def test_a_stored_hash_is_no_code(superuser: User, signed_in: Browser) -> None:
    set_up(signed_in(superuser), superuser)
    assert sign_in(Client(), superuser, RecoveryCodes.objects.get().hashes[0]) != ""


def test_no_page_of_the_admin_is_about_one_time_passwords() -> None:
    assert not [model for model in admin.site._registry if "otp" in model._meta.label.lower()]
    assert not any(app.label.startswith("otp_") for app in apps.get_app_configs())
    assert "otp_" not in str(list(get_resolver().reverse_dict))
    for model in ("otp_totp/totpdevice", "otp_static/staticdevice", "accounts/authenticatorapp", "accounts/session"):
        assert "admin/" + model not in str(admin.site.urls)


def test_no_page_shows_a_seed_once_it_is_on(superuser: User, signed_in: Browser) -> None:
    client = signed_in(superuser)
    app, seed, codes = set_up(client, superuser)
    for url in (reverse(PAGE), reverse("admin:accounts_user_change", args=[superuser.pk])):
        html = client.get(url).text
        assert not [secret for secret in (seed, app.seed, *codes) if secret in html]


@pytest.mark.django_db
def test_seeds_move_to_a_new_key(superuser: User, settings: Settings) -> None:
    app = AuthenticatorApp.objects.create(user=superuser, confirmed=True)
    seed = app.seed
    settings.FERNET_KEYS = ["a new key of the test, long enough", *settings.FERNET_KEYS]
    for name in ("keys", "fernet_keys", "fernet"):
        AuthenticatorApp._meta.get_field("seed").__dict__.pop(name, None)  # cached per process
    try:
        call_command("rotate_encryption_keys")
        settings.FERNET_KEYS = settings.FERNET_KEYS[:1]
        for name in ("keys", "fernet_keys", "fernet"):
            AuthenticatorApp._meta.get_field("seed").__dict__.pop(name, None)
        assert AuthenticatorApp.objects.get().seed == seed
    finally:
        for name in ("keys", "fernet_keys", "fernet"):
            AuthenticatorApp._meta.get_field("seed").__dict__.pop(name, None)
