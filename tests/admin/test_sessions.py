"""Sessions: listed to whose they are, ended one by one, and by a new password or a change of two-step sign-in."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuthenticatorApp, Session, User
from accounts.services.sessions import purge_sessions
from tests.admin.test_signing_in import code_of

RIGHT = "a long password"
NEW = "n3w pass word"
OWN = "admin:own_sessions"


def browser(person: User, name: str = "Firefox", address: str = "192.0.2.1") -> Client:
    """Sign in as a person does."""
    client = Client(HTTP_USER_AGENT=name, REMOTE_ADDR=address)
    client.post(reverse("admin:login"), {"username": person.email, "password": RIGHT})
    assert SESSION_KEY in client.session
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


@pytest.fixture
def here(acme_owner: User) -> Client:
    return browser(acme_owner)


@pytest.fixture
def there(acme_owner: User) -> Client:
    return browser(acme_owner, "Safari", "203.0.113.9")


def test_the_list_shows_where_from_and_with_what(here: Client, there: Client, outsider: User) -> None:
    browser(outsider, "Opera")
    html = here.get(reverse(OWN)).text
    for text in ("Firefox", "192.0.2.1", "Safari", "203.0.113.9", "This session"):
        assert text in html
    assert "Opera" not in html


def test_the_list_does_not_show_the_keys(here: Client, there: Client) -> None:
    html = here.get(reverse(OWN)).text
    assert not [key for key in Session.objects.values_list("pk", flat=True) if key in html]


def test_one_session_is_ended(here: Client, there: Client) -> None:
    row = Session.objects.get(browser="Safari")
    assert here.post(reverse(OWN), {"session": row.public_id}).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)


def test_all_others_are_ended(here: Client, there: Client, outsider: User) -> None:
    stranger = browser(outsider)
    here.post(reverse(OWN), {"others": "1"})
    assert (is_in(here), is_in(there), is_in(stranger)) == (True, False, True)


def test_nobody_ends_a_strangers(here: Client, outsider: User) -> None:
    stranger = browser(outsider, "Opera")
    here.post(reverse(OWN), {"session": Session.objects.get(browser="Opera").public_id})
    url = reverse("admin:accounts_user_sessions", args=[outsider.pk])
    assert [here.get(url).status_code, here.post(url, {"others": "1"}).status_code] == [403, 403]
    assert is_in(stranger)


@pytest.mark.parametrize("wrong", ["", "1", "x" * 500, "\x00", "é"])
def test_a_session_that_is_none_is_a_404(here: Client, wrong: str) -> None:
    assert here.post(reverse(OWN), {"session": wrong}).status_code == 404


def test_a_superuser_ends_another_persons(here: Client, there: Client, acme_owner: User, superuser: User) -> None:
    root = browser(superuser)
    url = reverse("admin:accounts_user_sessions", args=[acme_owner.pk])
    assert "Safari" in root.get(url).text
    assert url in root.get(reverse("admin:accounts_user_change", args=[acme_owner.pk])).text
    root.post(url, {"others": "1"})
    assert (is_in(here), is_in(there), is_in(root)) == (False, False, True)


def test_a_new_password_ends_the_others(here: Client, there: Client) -> None:
    data = {"old_password": RIGHT, "new_password1": NEW, "new_password2": NEW}
    key = here.session.session_key
    assert here.post(reverse("admin:password_change"), data).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert Session.objects.count() == 1
    assert here.session.session_key != key


def test_a_password_that_a_superuser_sets_ends_all(here: Client, acme_owner: User, superuser: User) -> None:
    url = reverse("admin:auth_user_password_change", args=[acme_owner.pk])
    browser(superuser).post(url, {"password1": NEW, "password2": NEW, "set-password": "1"})
    assert not is_in(here)
    assert not Session.objects.filter(user=acme_owner).exists()


def test_turning_two_step_on_and_off_ends_the_others(here: Client, there: Client, acme_owner: User) -> None:
    here.get(reverse("admin:two_step"))
    assert here.post(reverse("admin:two_step"), {"code": code_of(AuthenticatorApp.objects.get())}).status_code == 200
    assert (is_in(here), is_in(there)) == (True, False)
    there.force_login(acme_owner, backend="django.contrib.auth.backends.ModelBackend")
    assert here.post(reverse("admin:two_step"), {"password": RIGHT}).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)


def test_two_step_that_a_superuser_removes_ends_all(here: Client, acme_owner: User, superuser: User) -> None:
    AuthenticatorApp.objects.create(user=acme_owner, confirmed=True)
    browser(superuser).post(reverse("admin:accounts_user_remove_two_step", args=[acme_owner.pk]))
    assert not is_in(here)


def test_a_former_key_of_a_session_opens_nothing(here: Client) -> None:
    former = Client()
    key = here.session.session_key
    here.post(reverse("admin:password_change"), {"old_password": RIGHT, "new_password1": NEW, "new_password2": NEW})
    former.cookies["sessionid"] = str(key)
    assert not is_in(former)


def test_last_seen_follows_five_minutes_late_at_most(here: Client, time_machine: Any) -> None:
    time_machine.move_to(timezone.now() + timedelta(minutes=10), tick=False)
    is_in(here)
    assert Session.objects.get().last_seen_at == timezone.now()


def test_expired_sessions_are_purged(here: Client, there: Client) -> None:
    Session.objects.filter(browser="Safari").update(expire_date=timezone.now())
    purge_sessions()
    assert Session.objects.get().browser == "Firefox"
