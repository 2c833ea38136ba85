"""API keys in the admin: shown once, never again; revoked at once."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiKey, User, Workspace
from accounts.services.keys import create_api_key, find_api_key
from tests.admin.conftest import Browser


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


def test_a_new_key_is_in_the_answer_and_on_no_other_page(client: Client, acme: Workspace, acme_admin: User) -> None:
    data = {"workspace": str(acme.pk), "name": "CRM", "scopes": ["calls:read", "agents:read"]}
    answer = client.post(reverse("admin:accounts_apikey_add"), data)
    found = re.findall(r"vx_live_[0-9A-Za-z]{50}", answer.content.decode())
    key = ApiKey.objects.get()
    assert len(set(found)) == 1
    assert find_api_key(found[0]) == key
    assert (key.scopes, key.created_by) == (["agents:read", "calls:read"], acme_admin)
    assert "no-store" in answer["Cache-Control"]
    for name, args in (("changelist", []), ("change", [key.pk]), ("history", [key.pk])):
        assert found[0] not in client.get(reverse(f"admin:accounts_apikey_{name}", args=args)).content.decode()


def test_a_key_needs_a_scope(client: Client, acme: Workspace) -> None:
    answer = client.post(reverse("admin:accounts_apikey_add"), {"workspace": str(acme.pk), "name": "CRM"})
    assert answer.context["adminform"].form.errors["scopes"] == ["Select at least one scope."]
    assert not ApiKey.objects.exists()


def test_the_button_revokes(client: Client, acme: Workspace) -> None:
    key, _ = create_api_key(acme, "CRM", ["calls:read"])
    client.post(reverse("admin:accounts_apikey_revoke", args=[key.pk]))
    key.refresh_from_db()
    assert key.revoked_at is not None
    page = client.get(reverse("admin:accounts_apikey_change", args=[key.pk])).content.decode()
    assert "Requests with this key are rejected" in page
    assert "Revoke key" not in page


def test_a_selection_is_revoked(client: Client, acme: Workspace) -> None:
    keys = [create_api_key(acme, name, ["calls:read"])[0] for name in ("CRM", "Shop")]
    data = {"action": "revoke_selected", "_selected_action": [str(key.pk) for key in keys]}
    client.post(reverse("admin:accounts_apikey_changelist"), data)
    assert not ApiKey.objects.filter(revoked_at=None).exists()


def test_scopes_of_a_key_do_not_change(client: Client, acme: Workspace) -> None:
    key, _ = create_api_key(acme, "CRM", ["calls:read"])
    url = reverse("admin:accounts_apikey_change", args=[key.pk])
    client.post(url, {"name": "Renamed", "scopes": ["workspace:admin"]})
    key.refresh_from_db()
    assert (key.name, key.scopes) == ("Renamed", ["calls:read"])
