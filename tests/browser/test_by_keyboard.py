"""What people do in the console, by keyboard alone."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Invitation, User, Workspace
from calls.choices import CallStatus, Direction, Reason
from calls.models import Call
from telephony.models import TelephonySettings
from tests.admin.rows import make_trunk
from tests.browser.conftest import SignIn
from tests.browser.keyboard import pick, tab_to
from tests.calls.running import running_dispatcher

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_owner_invites_an_operator(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    page = sign_in(acme_owner)
    tab_to(page, page.get_by_role("link", name="Invitations"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Invite", exact=True).first)
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#id_email"))
    page.keyboard.type("operator@example.com")
    tab_to(page, page.locator("#id_role"))
    page.keyboard.type("Operator")
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Invitation link").first).to_be_visible()
    assert Invitation.objects.values_list("email", "role").get() == ("operator@example.com", "operator")


def test_a_customers_call_is_found_with_its_reason_and_exported(
    acme: Workspace, acme_owner: User, sign_in: SignIn
) -> None:
    trunk, project, at = (
        make_trunk(acme),
        TelephonySettings.of(acme.pk).project,
        datetime(2026, 3, 3, 14, 5, tzinfo=UTC),
    )
    for number, reason in (("+12025550123", Reason.NO_AGENT), ("+12025550199", Reason.BUSY)):
        Call.objects.create(
            workspace=acme, project=project, trunk=trunk, direction=Direction.INBOUND, from_number=number,
            to_number="+15550100000", status=CallStatus.FAILED, reason=reason, ended_at=at,
        )  # fmt: skip
    page = sign_in(acme_owner)
    tab_to(page, page.get_by_role("link", name="Calls", exact=True).first)
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#searchbar"))
    page.keyboard.type("0123")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text("No agent is configured")
    export = page.get_by_role("link", name="Export CSV")
    tab_to(page, export)
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    text = Path(saved.value.path()).read_text()
    assert ("+12025550123" in text, "+12025550199" in text) == (True, False)


def test_a_first_run_ends_with_a_call_heard(acme: Workspace, acme_owner: User, sign_in: SignIn, settings: Any) -> None:
    settings.LIVEKIT_IS_SANDBOX = True
    page = sign_in(acme_owner)

    def take(step: str, field: str, words: str) -> None:
        page.goto("/admin/")
        tab_to(page, page.locator("#next-steps").get_by_role("link", name=step))
        page.keyboard.press("Enter")
        tab_to(page, page.locator(field))
        page.keyboard.type(words)

    def save(button: str = "Save") -> None:
        tab_to(page, page.get_by_role("button", name=button, exact=True))
        page.keyboard.press("Enter")

    take("Add a trunk", "#id_name", "Carrier")
    tab_to(page, page.locator("#id_gateways-0-ip_or_domain"))
    page.keyboard.type("192.0.2.10")
    save()
    expect(page.locator("#status-text")).to_contain_text("Saved to LiveKit.")
    take("Add an agent", "#id_name", "Reception")
    save()
    take("Add a number", "#id_number", "+12025550100")
    pick(page, "id_trunk", "Carrier")
    pick(page, "id_agent", "Reception")
    save()
    take("Make a test call", "#id_to_number", "+12025550123")
    pick(page, "id_number", "+12025550100")
    pick(page, "id_agent", "Reception")
    save("Place call")
    with running_dispatcher():
        expect(page.locator("#status-text")).to_contain_text("In progress", timeout=30_000)
