"""From an empty workspace to a call heard, step by step from the home page."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User, Workspace
from tests.browser.conftest import SignIn
from tests.browser.test_first_trunk import choose
from tests.calls.running import running_dispatcher

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_first_run_ends_with_a_call_heard(acme: Workspace, acme_owner: User, sign_in: SignIn, settings: Any) -> None:
    settings.LIVEKIT_IS_SANDBOX = True
    page = sign_in(acme_owner)
    steps, save = page.locator("#next-steps"), page.get_by_role("button", name="Save", exact=True)

    def take(step: str) -> None:
        page.goto("/admin/")
        steps.get_by_role("link", name=step).click()

    take("Add a trunk")
    page.get_by_label("Name").first.fill("Carrier")
    page.locator("#id_gateways-0-ip_or_domain").fill("192.0.2.10")
    save.click()
    expect(page.locator("#status-text")).to_contain_text("Saved to LiveKit.")
    take("Add an agent")
    page.get_by_label("Name").first.fill("Reception")
    save.click()
    take("Add a number")
    page.locator("#id_number").fill("+12025550100")
    choose(page, "id_trunk", "Carrier")
    choose(page, "id_agent", "Reception")
    save.click()
    take("Make a test call")
    page.get_by_label("Number to call").fill("+12025550123")
    choose(page, "id_number", "+12025550100")
    choose(page, "id_agent", "Reception")
    page.get_by_role("button", name="Place call").click()
    with running_dispatcher():
        expect(page.locator("#status-text")).to_contain_text("In progress", timeout=30_000)
    page.goto("/admin/")
    expect(steps.locator("li:not(.vx-done)")).to_have_count(1)
    steps.get_by_role("button", name="Dismiss").click()
    expect(steps).to_have_count(0)
