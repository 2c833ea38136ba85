"""Sign-in at an OpenID provider: who gets in, with which second step, and what is not believed."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.lockout import count_failure
from accounts.models import AuthenticatorApp, Invitation, Membership, Session, User, Workspace
from tests.admin.openid_provider import OpenIdProvider, openid_provider
from tests.admin.test_signing_in import code_of


@pytest.fixture
def provider(settings: Any) -> Iterator[OpenIdProvider]:
    with openid_provider() as running:
        providers = deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        providers["openid_connect"]["APPS"][0]["settings"]["server_url"] = running.url
        settings.SOCIALACCOUNT_PROVIDERS = providers
        yield running


def sign_in(client: Client, after: str = "") -> Any:
    """Go to the provider and come back."""
    sent = client.get(reverse("openid_login"), {"next": after} if after else {})
    query = parse_qs(urlsplit(sent["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    return client.get(reverse("openid_callback"), {"code": "c", "state": query["state"][0]})


def refusal(client: Client) -> str:
    answer = sign_in(client)
    assert SESSION_KEY not in client.session
    assert answer["Location"] == reverse("admin:login")
    return client.get(answer["Location"]).content.decode()


def test_a_known_person_gets_in_with_a_session_in_the_list(
    client: Client, acme_owner: User, provider: OpenIdProvider
) -> None:
    provider.names(acme_owner.email.upper())
    page = reverse("admin:telephony_trunk_changelist")
    assert sign_in(client, page)["Location"] == page
    assert client.get(page).status_code == 200
    assert Session.objects.get(user=acme_owner).signed_in_at is not None
    assert acme_owner.email in client.get(reverse("admin:own_sessions")).content.decode()


def test_a_stranger_is_told_to_ask_for_an_invitation(client: Client, acme: Workspace, provider: OpenIdProvider) -> None:
    provider.names("stranger@acme.example")
    assert "Nobody invited stranger@acme.example" in refusal(client)
    assert not User.objects.filter(email="stranger@acme.example").exists()


def test_an_invited_person_becomes_a_member(
    client: Client, acme: Workspace, acme_owner: User, provider: OpenIdProvider
) -> None:
    invited = Invitation(workspace=acme, email="ada@acme.example", role=Role.OPERATOR, invited_by=acme_owner)
    invited.expires_at = timezone.now() + timedelta(days=1)
    invited.save()
    provider.names("ada@acme.example")
    sign_in(client)
    member = Membership.objects.get(user__email="ada@acme.example")
    assert (member.workspace, member.role, member.user.first_name) == (acme, Role.OPERATOR, "Ada")
    assert not member.user.has_usable_password()


def test_an_allowed_domain_needs_no_invitation(
    client: Client, db: None, provider: OpenIdProvider, settings: Any
) -> None:
    settings.OPENID_ALLOWED_DOMAINS = ["acme.example"]
    provider.names("mallory@notacme.example")
    assert "Nobody invited" in refusal(client)
    provider.names("ada@acme.example")
    assert sign_in(client)["Location"] == reverse("admin:index")
    assert "not a member of a workspace yet" in client.get(reverse("admin:index")).content.decode()


def test_an_address_that_is_not_verified_is_nobodys(client: Client, acme_owner: User, provider: OpenIdProvider) -> None:
    provider.names(acme_owner.email, verified=False)
    assert "has not verified your email address" in refusal(client)


def test_a_blocked_person_stays_out(client: Client, acme_owner: User, provider: OpenIdProvider) -> None:
    User.objects.update(is_active=False)
    provider.names(acme_owner.email)
    assert "Ask an owner or admin" in refusal(client)


def test_what_another_key_signed_or_another_is_told_of_is_not_believed(
    client: Client, acme_owner: User, provider: OpenIdProvider
) -> None:
    provider.names(acme_owner.email)
    provider.published = rsa.generate_private_key(65537, 2048)
    assert "failed. Try again." in refusal(client)
    provider.published = None
    for wrong in ({"aud": "another"}, {"iss": "https://another.example"}, {"exp": 1}):
        provider.claims |= wrong
        assert "failed. Try again." in refusal(client), wrong
        provider.names(acme_owner.email)
    provider.userinfo = provider.claims | {"sub": "2"}
    assert "failed. Try again." in refusal(client)


def test_a_state_is_used_once_and_no_other_site_is_led_to(
    client: Client, acme_owner: User, provider: OpenIdProvider
) -> None:
    provider.names(acme_owner.email)
    answer = client.get(reverse("openid_callback"), {"code": "c", "state": "forged"})
    assert answer["Location"] == reverse("admin:login")
    assert sign_in(client, "https://evil.example/")["Location"] == reverse("admin:index")


def test_two_step_and_lockout_hold(
    client: Client, acme_owner: User, provider: OpenIdProvider, settings: Any, rf: Any
) -> None:
    settings.AXES_ENABLED = True
    device = AuthenticatorApp.objects.create(user=acme_owner, confirmed=True)
    provider.names(acme_owner.email)
    assert sign_in(client)["Location"] == reverse("openid_code")
    assert SESSION_KEY not in client.session
    wrong = client.post(reverse("openid_code"), {"otp_token": "abcdefgh"})
    assert "This code is wrong" in wrong.content.decode()
    assert SESSION_KEY not in client.session
    assert client.post(reverse("openid_code"), {"otp_token": code_of(device)})["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200
    for _ in range(settings.AXES_FAILURE_LIMIT):
        count_failure(rf.post("/admin/login/", REMOTE_ADDR="127.0.0.1"), acme_owner)
    AuthenticatorApp.objects.all().delete()
    locked = Client()
    assert "Too many attempts" in sign_in(locked).content.decode()
    assert SESSION_KEY not in locked.session


def test_nobody_without_the_first_step_is_asked_for_the_second(client: Client, acme_owner: User) -> None:
    for answer in (client.get(reverse("openid_code")), client.post(reverse("openid_code"), {"otp_token": "1"})):
        assert answer["Location"] == reverse("admin:login")


def test_the_button_is_there_where_a_provider_is_configured(client: Client, db: None, settings: Any) -> None:
    assert "Sign in with OpenID Connect" in client.get(reverse("admin:login")).content.decode()
    settings.OPENID_SERVER_URL = ""
    assert "Sign in with" not in client.get(reverse("admin:login")).content.decode()


@pytest.mark.parametrize("page", ["openid_login", "openid_callback"])
def test_a_provider_that_does_not_respond_is_named(client: Client, acme: Workspace, page: str) -> None:
    answer = client.get(reverse(page), {"next": "/admin/"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("admin:login")
    if page == "openid_login":
        assert "OpenID Connect does not respond. Try again" in answer.content.decode()
