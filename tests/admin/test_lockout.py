"""Who guesses is locked out, with the right password too; everyone else gets in."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.lockout import FAILURES_FROM_ANYWHERE
from accounts.models import AuthenticatorApp, User
from tests.admin.conftest import Browser

RIGHT = "a long password"
GUESSER = "198.51.100.7"
LIMIT = 8


@pytest.fixture(autouse=True)
def _locks(settings: Any) -> None:
    settings.AXES_ENABLED = True


def sign_in(name: str, password: str = RIGHT, address: str = GUESSER, path: str = "", **headers: str) -> int:
    """Try to sign in from an address; return the status, 302 where it worked."""
    client = Client(REMOTE_ADDR=address, **headers)  # type: ignore[arg-type]
    answer = client.post(reverse("admin:login") + path, {"username": name, "password": password})
    assert (SESSION_KEY in client.session) is (answer.status_code == 302)
    return answer.status_code


def guess(name: str, times: int = LIMIT, **more: str) -> list[int]:
    return [sign_in(name, f"wrong {number}", **more) for number in range(times)]


def two_step_on(person: User) -> AuthenticatorApp:
    device: AuthenticatorApp = AuthenticatorApp.objects.create(user=person, confirmed=True)
    return device


def has_two_step(person: User) -> bool:
    return bool(AuthenticatorApp.objects.filter(user=person, confirmed=True).exists())


def test_the_right_password_is_refused_while_locked(acme_owner: User) -> None:
    assert guess(acme_owner.email) == [200] * (LIMIT - 1) + [429]
    assert sign_in(acme_owner.email) == 429
    assert sign_in(acme_owner.email, path="?next=/admin/accounts/user/") == 429


def test_one_failure_less_locks_nobody_out(acme_owner: User) -> None:
    guess(acme_owner.email, LIMIT - 1)
    assert sign_in(acme_owner.email) == 302
    assert guess(acme_owner.email, LIMIT - 1) == [200] * (LIMIT - 1)  # a success starts the count anew


@pytest.mark.parametrize(
    "spelling", ["OWNER@ACME.EXAMPLE", "Owner@Acme.Example", "  owner@acme.example ", "ｏｗｎｅｒ@acme.example"]
)
def test_another_spelling_of_the_address_is_the_same_person(acme_owner: User, spelling: str) -> None:
    guess(spelling)
    assert sign_in(acme_owner.email) == 429
    assert sign_in(spelling) == 429


def test_spellings_in_turn_count_together(acme_owner: User) -> None:
    for number in range(LIMIT):
        sign_in(acme_owner.email.upper() if number % 2 else f" {acme_owner.email}", "wrong")
    assert sign_in(acme_owner.email) == 429


def test_others_get_in_from_the_same_address(acme_owner: User, outsider: User) -> None:
    guess(acme_owner.email)
    assert sign_in(outsider.email) == 302


def test_the_owner_gets_in_from_elsewhere_and_unlocks_no_guesser(acme_owner: User) -> None:
    guess(acme_owner.email)
    assert sign_in(acme_owner.email, address="203.0.113.9") == 302
    assert sign_in(acme_owner.email) == 429


def test_guesses_from_many_addresses_lock_the_person_everywhere(acme_owner: User, outsider: User) -> None:
    for number in range(FAILURES_FROM_ANYWHERE):
        sign_in(acme_owner.email, "wrong", address=f"198.51.100.{number}")
    assert sign_in(acme_owner.email, address="203.0.113.9") == 429
    assert sign_in(outsider.email, address="203.0.113.9") == 302


def test_an_ipv6_client_is_known_by_its_network(acme_owner: User) -> None:
    for number in range(LIMIT):
        sign_in(acme_owner.email, "wrong", address=f"2001:db8:1:2::{number:x}")
    assert sign_in(acme_owner.email, address="2001:db8:1:2:ffff::1") == 429
    assert sign_in(acme_owner.email, address="2001:db8:1:3::1") == 302


def test_an_unknown_address_is_locked_as_a_known_one(db: None) -> None:
    assert guess("nobody@acme.example", LIMIT + 1) == [200] * (LIMIT - 1) + [429, 429]


def test_another_browser_is_no_other_guesser(acme_owner: User) -> None:
    for number in range(LIMIT):
        sign_in(acme_owner.email, "wrong", HTTP_USER_AGENT=f"browser {number}")
    assert sign_in(acme_owner.email, HTTP_USER_AGENT="one more") == 429


def test_behind_a_proxy_each_client_has_its_own_lock(acme_owner: User) -> None:
    proxy = "127.0.0.1"
    guess(acme_owner.email, address=proxy, HTTP_X_FORWARDED_FOR=GUESSER)
    assert sign_in(acme_owner.email, address=proxy, HTTP_X_FORWARDED_FOR=GUESSER) == 429
    assert sign_in(acme_owner.email, address=proxy, HTTP_X_FORWARDED_FOR="203.0.113.9") == 302


def test_a_client_cannot_name_another_address_for_itself(acme_owner: User) -> None:
    for number in range(LIMIT):
        sign_in(acme_owner.email, "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
        sign_in(acme_owner.email, "wrong", address="127.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}, {GUESSER}")
    assert sign_in(acme_owner.email, HTTP_X_FORWARDED_FOR="192.0.2.99") == 429


def test_the_lock_ends_by_itself_and_attempts_do_not_prolong_it(acme_owner: User) -> None:
    guess(acme_owner.email)
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=14))
    assert sign_in(acme_owner.email) == 429
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=2))
    assert sign_in(acme_owner.email) == 302


def test_whoever_is_signed_in_stays(acme_owner: User, signed_in: Browser) -> None:
    client = signed_in(acme_owner)
    guess(acme_owner.email)
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize(
    ("page", "right"),
    [
        (
            "admin:password_change",
            {"old_password": RIGHT, "new_password1": "n3w pass word", "new_password2": "n3w pass word"},
        ),
        ("admin:two_step", {"password": RIGHT}),
    ],
)
def test_pages_that_ask_for_the_password_again_are_locked_too(
    acme_owner: User, signed_in: Browser, page: str, right: dict[str, str]
) -> None:
    if page == "admin:two_step":
        two_step_on(acme_owner)
    client = signed_in(acme_owner)
    wrong = {name: "wrong" if name in ("old_password", "password") else text for name, text in right.items()}
    assert [client.post(reverse(page), wrong).status_code for _ in range(LIMIT)] == [200] * (LIMIT - 1) + [429]
    assert client.post(reverse(page), right).status_code == 429
    acme_owner.refresh_from_db()
    assert acme_owner.check_password(RIGHT)
    assert has_two_step(acme_owner) is (page == "admin:two_step")
    assert sign_in(acme_owner.email, address="127.0.0.1") == 429


def test_an_own_new_password_works_where_nobody_guesses(acme_owner: User, signed_in: Browser) -> None:
    data = {"old_password": RIGHT, "new_password1": "n3w pass word", "new_password2": "n3w pass word"}
    assert signed_in(acme_owner).post(reverse("admin:password_change"), data).status_code == 302
    assert sign_in(acme_owner.email, "n3w pass word") == 302


def test_a_password_that_a_superuser_sets_lifts_the_lock(
    acme_owner: User, acme_viewer: User, superuser: User, signed_in: Browser
) -> None:
    for person in (acme_owner, acme_viewer):
        guess(person.email)
    url = reverse("admin:auth_user_password_change", args=[acme_owner.pk])
    data = {"password1": "n3w pass word", "password2": "n3w pass word", "set-password": "1"}
    assert signed_in(superuser).post(url, data).status_code == 302
    assert sign_in(acme_owner.email) == 200
    assert sign_in(acme_owner.email, "n3w pass word") == 302
    assert sign_in(acme_viewer.email) == 429


def test_the_operators_command_lifts_the_lock(acme_owner: User) -> None:
    guess(acme_owner.email)
    call_command("axes_reset_username", acme_owner.email)
    assert sign_in(acme_owner.email) == 302


def test_a_hash_that_is_renewed_at_sign_in_lifts_nothing(acme_owner: User, settings: Any) -> None:
    guess(acme_owner.email)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert sign_in(acme_owner.email, address="203.0.113.9") == 302
    assert sign_in(acme_owner.email) == 429
