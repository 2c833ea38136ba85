"""A person makes an API key, sees it once, and revokes it."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import ApiKey, User, Workspace
from accounts.services.keys import find_api_key
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_key_is_shown_once_and_revoked(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    page = sign_in(acme_owner)
    page.goto("/admin/accounts/apikey/add/")
    page.get_by_label("Name").first.fill("CRM")
    page.get_by_label("Read calls").check()
    page.get_by_role("button", name="Save", exact=True).click()

    text = page.locator("#new-secret").inner_text()
    key = ApiKey.objects.get()
    assert find_api_key(text) == key
    page.get_by_role("link", name="I have saved it").click()
    expect(page.locator("#result_list")).to_contain_text("Active")
    assert text not in page.content()

    page.goto(f"/admin/accounts/apikey/{key.pk}/change/")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Revoke key").click()
    key.refresh_from_db()
    assert key.revoked_at is None
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_text(re.compile("Requests with this key are rejected"))).to_be_visible()
    key.refresh_from_db()
    assert key.revoked_at is not None
