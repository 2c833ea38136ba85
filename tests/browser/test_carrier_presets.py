"""Choosing a carrier fills the trunk form in, and leaves what a person typed or saved."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User, Workspace
from telephony.models import Trunk
from telephony.services.trunks import create_trunk
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOST, PORT, PROTOCOL = "#id_gateways-0-ip_or_domain", "#id_gateways-0-port", "#id_gateways-0-protocol"


@pytest.fixture
def refused(page: Page) -> Iterator[list[str]]:
    """What the content security policy refused; nothing must."""
    found: list[str] = []
    page.on("console", lambda line: found.append(line.text) if "Content Security Policy" in line.text else None)
    yield found
    assert found == []


def values(page: Page) -> tuple[str, str, str]:
    return page.input_value(HOST), page.input_value(PORT), page.input_value(PROTOCOL)


def test_a_new_trunk_is_filled_in_and_saved(
    acme: Workspace, acme_owner: User, sign_in: SignIn, refused: list[str]
) -> None:
    page = sign_in(acme_owner)
    page.goto("/admin/telephony/trunk/add/")
    page.select_option("#id_carrier", "exotel")
    assert values(page) == ("pstn.in2.exotel.com", "443", "tls")
    assert page.input_value("#id_media_encryption") == "require"
    expect(page.locator("#carrier-note")).to_contain_text("Exotel authenticates by IP")
    page.select_option("#id_carrier", "vonage")
    assert values(page) == ("sip.nexmo.com", "5060", "udp")
    assert not page.is_checked("#id_leading_plus")
    page.get_by_label("Name").first.fill("Vonage")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#status-text")).to_be_visible()
    trunk = Trunk.objects.get()
    assert (trunk.carrier, trunk.leading_plus, trunk.gateways.get().ip_or_domain) == ("vonage", False, "sip.nexmo.com")


def test_what_was_typed_stays_and_another_carrier_empties_the_rest(
    acme: Workspace, acme_owner: User, sign_in: SignIn
) -> None:
    page = sign_in(acme_owner)
    page.goto("/admin/telephony/trunk/add/")
    page.select_option("#id_carrier", "twilio")
    assert page.get_attribute(HOST, "placeholder") == "my-trunk.pstn.twilio.com"
    page.fill(HOST, "acme.pstn.twilio.com")
    page.select_option("#id_carrier", "exotel")
    assert values(page) == ("acme.pstn.twilio.com", "443", "tls")
    page.select_option("#id_carrier", "")
    assert values(page) == ("acme.pstn.twilio.com", "5060", "udp")
    expect(page.locator("#carrier-note")).to_be_empty()


def test_a_stored_trunk_keeps_its_values(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    trunk = create_trunk(acme, {"name": "T", "gateways": [{"ip_or_domain": "192.0.2.1", "port": 5070}]})
    page = sign_in(acme_owner)
    page.goto(f"/admin/telephony/trunk/{trunk.pk}/change/")
    page.select_option("#id_carrier", "exotel")
    assert values(page) == ("192.0.2.1", "5070", "udp")
    expect(page.locator("#carrier-note")).to_contain_text("Exotel authenticates")
