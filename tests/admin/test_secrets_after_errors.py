"""After an error a form has lost its secrets: the page says so beside each of them, and shows none."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.admin.secrets_again import AGAIN
from accounts.models import User, Workspace
from tests.admin.conftest import Browser
from tests.admin.forms import form_of

pytestmark = pytest.mark.django_db
SECRET = "s3cret-that-is-lost"
PAGES = {
    "telephony_trunk": ("auth_password", {"name": ""}),
    "telephony_agent": ("provider_key", {"name": ""}),
    "telephony_livekitproject": ("api_secret", {"url": "nowhere"}),
    "calls_alertrule": ("slack_url", {"kind": ""}),
    "accounts_user": ("password1", {"email": "nobody"}),
}


@pytest.fixture
def root(signed_in: Browser, superuser: User, acme: Workspace) -> Client:
    return signed_in(superuser)


def refused(client: Client, url: str, values: dict[str, Any]) -> str:
    answer = client.post(url, values)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert SECRET not in html
    return html


@pytest.mark.parametrize("model", PAGES)
def test_every_page_with_a_secret_asks_for_it_again(root: Client, acme: Workspace, model: str) -> None:
    name, wrong = PAGES[model]
    url = reverse(f"admin:{model}_add")
    url += f"?workspace={acme.pk}" if model != "accounts_user" else ""
    form = form_of(root, url)
    assert str(AGAIN) in refused(root, url, form | wrong | {name: SECRET})
    assert str(AGAIN) not in root.post(url, form | wrong | {name: ""}).content.decode()


def test_an_error_of_a_row_empties_the_password_no_less(root: Client, acme: Workspace) -> None:
    url = reverse("admin:telephony_trunk_add") + f"?workspace={acme.pk}"
    row = {"name": "Carrier", "auth_username": "a", "auth_password": SECRET, "gateways-0-ip_or_domain": "not a host"}
    assert str(AGAIN) in refused(root, url, form_of(root, url) | row)


def test_a_new_password_is_asked_for_again(root: Client, acme_viewer: User) -> None:
    own, theirs = reverse("admin:password_change"), reverse("admin:auth_user_password_change", args=[acme_viewer.pk])
    wrong = {"old_password": "wrong", "new_password1": SECRET, "new_password2": SECRET}
    assert refused(root, own, wrong).count(str(AGAIN)) == 3
    assert refused(root, theirs, {"password1": SECRET, "password2": "other", "usable_password": "true"}).count(
        str(AGAIN)
    )
