"""A person gives 500 numbers to another agent in six steps."""

import pytest
from playwright.sync_api import expect

from accounts.models import User, Workspace
from telephony.models import PhoneNumber, TelephonySettings
from tests.admin.rows import make_agent, make_trunk
from tests.browser.conftest import SignIn
from tests.browser.keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_five_hundred_numbers_get_another_agent(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    trunk, agent, project = make_trunk(acme), make_agent(acme, "Sales"), TelephonySettings.of(acme.pk).project
    night = make_agent(acme, "Night")
    PhoneNumber.objects.bulk_create(
        PhoneNumber(workspace=acme, trunk=trunk, project=project, number=f"+1555010{n:04d}") for n in range(500)
    )
    page = sign_in(acme_owner)
    page.goto("/admin/telephony/phonenumber/")
    page.locator("#action-toggle").check()
    page.get_by_text("Select all 500 phone numbers").click()
    page.locator("select[name=action]").select_option(label="Change agent, trunk or label")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Agent", exact=True).select_option(label="Sales")
    expect(page.locator("#vx-effect")).to_have_text("500 numbers will change: agent of 500.")
    page.get_by_role("button", name="Change numbers").click()
    expect(page.get_by_text("500 numbers changed: agent of 500.")).to_be_visible()
    assert PhoneNumber.objects.filter(agent=agent).count() == 500

    # And by keyboard alone, as many steps.
    page.goto("/admin/telephony/phonenumber/")
    for control, key in (
        (page.locator("#action-toggle"), "Space"),
        (page.get_by_role("link", name="Select all 500 phone numbers"), "Enter"),
        (page.locator("select[name=action]"), "Change agent"),
        (page.get_by_role("button", name="Run"), "Enter"),
        (page.get_by_label("Agent", exact=True), "Night"),
        (page.get_by_role("button", name="Change numbers"), "Enter"),
    ):
        tab_to(page, control)
        page.keyboard.press(key) if key in ("Space", "Enter") else page.keyboard.type(key)
    expect(page.get_by_text("500 numbers changed: agent of 500.")).to_be_visible()
    assert PhoneNumber.objects.filter(agent=night).count() == 500
