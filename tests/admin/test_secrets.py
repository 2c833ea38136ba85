"""No page shows a secret, to nobody: all pages of rows that hold known secrets are searched for them."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import ApiKey, AuthenticatorApp, User, Workspace
from telephony.models import TelephonySettings
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import API_SECRET, PASSWORD, PROVIDER_KEY, furnish, make_project

EACH = ["change", "history", "delete"]


@pytest.fixture
def secrets(acme: Workspace, superuser: User) -> dict[str, str]:
    """Rows of every kind, and the secrets they hold by name."""
    rows = furnish(acme)
    project = make_project()
    TelephonySettings.objects.filter(workspace=acme).update(project=project)
    trunk = rows["telephony_trunk"]
    trunk.last_error = "LiveKit refused the trunk."
    trunk.save()
    key: ApiKey = rows["accounts_apikey"]
    return {
        "trunk password": PASSWORD,
        "provider key": PROVIDER_KEY,
        "LiveKit secret": API_SECRET,
        "API key": rows["text"],
        "hash of the API key": key.key_hash,
        "hash of a password": superuser.password.rsplit("$", 1)[1],
    }


def pages() -> list[str]:
    """Return every page of the admin that there is for the rows at hand."""
    found = [reverse("admin:index"), reverse("admin:two_step"), reverse("admin:search") + "?s=telnyx&extended=1"]
    for model, page in admin.site._registry.items():
        info = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{info}_changelist"), reverse(f"{info}_add")]
        for pk in model._default_manager.values_list("pk", flat=True)[:3]:
            found += [url for name in EACH if (url := _reverse(f"{info}_{name}", pk))]
        assert page is not None
    return found


def _reverse(name: str, pk: Any) -> str | None:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return None


@pytest.mark.parametrize("who", ["superuser", "acme_owner", "acme_admin", "acme_operator", "acme_viewer"])
def test_no_page_holds_a_secret(
    who: str, secrets: dict[str, str], signed_in: Browser, request: pytest.FixtureRequest
) -> None:
    client: Client = signed_in(request.getfixturevalue(who))
    read = 0
    for url in pages():
        answer = client.get(url)
        read += answer.status_code == 200
        html = answer.content.decode()
        for name, secret in secrets.items():
            assert secret not in html, f"{name} stands in {url}"
    assert read >= 10


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("telephony_trunk", "auth_password"),
        ("telephony_agent", "provider_key"),
        ("telephony_livekitproject", "api_secret"),
    ],
)
def test_a_secret_that_was_typed_does_not_come_back_with_an_error(
    kind: str, field: str, acme: Workspace, superuser: User, signed_in: Browser
) -> None:
    client = signed_in(superuser)
    url = reverse(f"admin:{kind}_add")
    data = form_of(client, url) | {field: "typed-secret-1", "name": ""}
    answer = client.post(url, data)
    assert answer.status_code == 200
    assert "typed-secret-1" not in answer.content.decode()


def test_the_password_does_not_come_back_when_a_code_is_asked_for(superuser: User, client: Client) -> None:
    AuthenticatorApp.objects.create(user=superuser, confirmed=True)
    answer = client.post(reverse("admin:login"), {"username": superuser.email, "password": "a long password"})
    assert "Enter the code" in answer.content.decode()
    assert "a long password" not in answer.content.decode()
