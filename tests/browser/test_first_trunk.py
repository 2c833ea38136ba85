"""A person signs in, connects a carrier, sees that LiveKit has it, and provisions it again."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User, Workspace
from telephony.models import Agent, Trunk
from tests.browser.conftest import SignIn
from tests.sandbox import SandboxServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def choose(page: Page, field: str, words: str) -> None:
    """Pick from a select that searches as one types."""
    page.locator(f"#{field} + .select2 .select2-selection").click()
    page.locator(".select2-search__field").last.fill(words)
    page.locator(".select2-results__option", has_text=words).first.click()


def test_from_signing_in_to_a_trunk_in_service(
    acme: Workspace, acme_owner: User, sign_in: SignIn, livekit: SandboxServer
) -> None:
    Agent.objects.create(workspace=acme, name="Reception")
    page = sign_in(acme_owner)
    page.locator("#next-steps").get_by_role("link", name="Add a trunk").click()
    page.get_by_label("Name").first.fill("Telnyx")
    page.locator("#id_gateways-0-ip_or_domain").fill("192.0.2.10")
    page.get_by_role("link", name="Add another Number").click()
    page.locator("#id_numbers-0-number").fill("+15550100000")
    choose(page, "id_numbers-0-agent", "Reception")
    page.get_by_role("button", name="Save", exact=True).click()

    standing = page.locator("#status-text")
    expect(standing).to_contain_text("Saved to LiveKit. Carrier not checked yet.")
    expect(standing.get_by_role("button", name="Check gateways")).to_be_visible()
    expect(standing.get_by_role("link", name="Test call")).to_be_visible()
    expect(page.locator("#in-livekit")).to_contain_text(re.compile("Inbound trunk.*ST_", re.DOTALL))
    expect(page.locator("#in-livekit")).to_contain_text(re.compile("Dispatch rule.*SDR_", re.DOTALL))
    assert [number.agent.name for number in Trunk.objects.get().numbers.all() if number.agent] == ["Reception"]


def test_a_trunk_saved_while_livekit_is_away_is_provisioned_by_the_button(
    acme: Workspace, acme_owner: User, sign_in: SignIn, livekit: SandboxServer
) -> None:
    livekit.stop()
    page = sign_in(acme_owner)
    page.goto("/admin/telephony/trunk/add/")
    page.get_by_label("Name").first.fill("Telnyx")
    page.locator("#id_gateways-0-ip_or_domain").fill("192.0.2.10")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#status-text")).to_contain_text("Pending")

    livekit.start()
    page.get_by_role("button", name="Provision now").click()
    expect(page.locator("#status-text")).to_contain_text("Saved to LiveKit.")


def test_a_missing_gateway_is_said_where_it_is_missing(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    page = sign_in(acme_owner)
    page.goto("/admin/telephony/trunk/add/")
    page.get_by_label("Name").first.fill("Telnyx")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#gateways-group")).to_contain_text("This field is required.")
    assert not Trunk.objects.exists()
