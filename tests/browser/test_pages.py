"""Every kind of page fits a phone, says where one is, is for everyone, and makes the browser complain of nothing."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User, Workspace
from tests.admin.rows import furnish
from tests.browser.axe import findings, set_theme
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 800}
# Visible elements that answer a click and that Tab does not reach. The ground behind the filters closes with Escape.
UNREACHED = """() => [...document.querySelectorAll("[x-on\\\\:click], [onclick]")]
    .filter((one) => one.tabIndex < 0 && one.checkVisibility() && one.id !== "changelist-filter-close")
    .map((one) => one.outerHTML.slice(0, 200))"""


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
    more += [reverse(f"admin:{kind}_delete", args=[rows[kind].pk]) for kind in ("telephony_agent", "telephony_trunk")]
    more += [reverse(f"admin:calls_call_{name}", args=[rows["calls_call"].pk]) for name in ("listen", "transfer")]
    more.append(reverse("admin:telephony_agent_revisions", args=[rows["telephony_agent"].pk]))
    return [*lists, *adds, *changes, *more, *(reverse(name) for name in ("live_board", "health", "carrier_guide"))]


@pytest.mark.timeout(600)
def test_every_page_is_for_everyone_on_a_phone_too(
    acme: Workspace, superuser: User, sign_in: SignIn, page: Page
) -> None:
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
        assert page.evaluate(UNREACHED) == [], url
        assert findings(page) == set(), url
        set_theme(page, dark=True)
        assert findings(page, ["color-contrast"]) == set(), f"{url}, dark"
        set_theme(page, dark=False)
    assert complaints == []
    sidebar = page.get_by_role("button", name="Toggle sidebar")
    assert sidebar.count() == 1
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert sidebar.count() == 1


def test_filters_and_the_way_out_are_reached_by_keyboard(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    page = sign_in(acme_owner)
    page.goto("/admin/calls/call/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    skip.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    filters = page.get_by_role("button", name="Filters", exact=True)
    filters.press("Enter")
    expect(page.get_by_role("button", name="Apply Filters")).to_be_visible()
    page.keyboard.press("Escape")
    account = page.get_by_role("button").filter(has_text=acme_owner.email)
    account.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert account.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
    account.press(" ")
    page.get_by_role("button", name="Log out").press("Enter")
    page.wait_for_url("**/admin/logout/")
