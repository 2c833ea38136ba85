"""Every kind of page fits a phone, says where one is, and makes the browser complain of nothing."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User, Workspace
from tests.admin.rows import furnish
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 800}


def pages(rows: dict[str, Any]) -> list[str]:
    """Lists, forms to add, and a row's page of each kind that there is one of."""
    kinds = [
        f"{model._meta.app_label}_{model._meta.model_name}"
        for model in admin.site._registry
        if model._meta.app_label in ("accounts", "telephony", "calls")
    ]
    lists = [reverse(f"admin:{kind}_changelist") for kind in kinds]
    added = ["telephony_trunk", "telephony_agent", "telephony_phonenumber", "calls_call", "calls_donotcall"]
    adds = [reverse(f"admin:{kind}_add") for kind in [*added, "accounts_apikey", "accounts_webhookendpoint"]]
    changes = [reverse(f"admin:{kind}_change", args=[rows[kind].pk]) for kind in kinds if kind in rows]
    more = [reverse(f"admin:{name}") for name in ("index", "two_step", "password_change", "calls_donotcall_import")]
    return [*lists, *adds, *changes, *more, reverse("live_board"), reverse("health")]


@pytest.mark.timeout(180)
def test_every_page_fits_a_phone_and_has_a_name(acme: Workspace, superuser: User, sign_in: SignIn, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    rows = furnish(acme)
    sign_in(superuser)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for url in pages(rows):
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{url} is {width} wide"
        assert not page.title().startswith("Select"), url
        unseen = page.locator("#content input:visible:not([type=checkbox]):not([type=file]):not([class])")
        assert unseen.count() == 0, f"{url} has a field without a frame"
    assert complaints == []
    sidebar = page.get_by_role("button", name="Toggle sidebar")
    assert sidebar.count() == 1
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert sidebar.count() == 1
