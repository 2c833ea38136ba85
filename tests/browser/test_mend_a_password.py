"""A trunk with a wrong password is found on the home page, mended from there, and a test call shows it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User, Workspace
from calls.choices import CallStatus, Reason
from calls.models import Call
from calls.services.trunk_health import note_calls
from telephony.choices import TrunkStatus
from telephony.models import Trunk
from telephony.sandbox.script import GOOD_PASSWORD
from telephony.services.numbers import add_number
from tests.admin.rows import make_agent, make_trunk
from tests.browser.conftest import SignIn
from tests.browser.keyboard import tab_to
from tests.calls.conftest import Line
from tests.calls.running import running_dispatcher
from tests.live.process import wait_until
from tests.sandbox import SandboxServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def refused(acme: Workspace, livekit: SandboxServer) -> Trunk:
    """A trunk of which the carrier has just refused a call."""
    hosts = [{"ip_or_domain": "auth.example.com", "inbound": False}]
    trunk = make_trunk(acme, gateways=hosts, auth_username="acme", auth_password="wrong")
    agent = make_agent(acme)
    call = Line(acme, trunk, add_number(trunk, "+12025550100", agent=agent), agent).place()
    with running_dispatcher():
        wait_until(lambda: Call.objects.filter(pk=call.pk, status=CallStatus.FAILED).exists(), "refusal")
    assert Call.objects.get(pk=call.pk).reason == Reason.CARRIER_AUTH
    note_calls()
    return trunk


def by_mouse(page: Page, control: Locator, words: str = "") -> None:
    if words:
        control.fill(words)
    else:
        control.click()


def by_keyboard(page: Page, control: Locator, words: str = "") -> None:
    tab_to(page, control)
    if words:
        page.keyboard.type(words)
    else:
        page.keyboard.press("Enter")


@pytest.mark.parametrize("use", [by_mouse, by_keyboard])
def test_a_wrong_password_is_found_and_mended_from_the_home_page(
    refused: Trunk, acme_owner: User, sign_in: SignIn, use: Callable[..., None]
) -> None:
    page = sign_in(acme_owner)
    attention, standing = page.locator("#attention"), page.locator("#status-text")
    found = attention.locator("li", has_text="Trunk Telnyx")
    expect(found).to_contain_text("The carrier refuses this trunk's username and password.")
    use(page, found.get_by_role("link", name="Open"))
    use(page, page.locator("#id_auth_password"), GOOD_PASSWORD)
    use(page, page.get_by_role("button", name="Save", exact=True))
    expect(standing).to_contain_text("Saved to LiveKit. Carrier not checked yet.")
    assert Trunk.objects.get().status == TrunkStatus.ACTIVE
    use(page, standing.get_by_role("link", name="Test call"))
    use(page, page.get_by_label("Number to call"), "+12025550123")
    use(page, page.get_by_role("button", name="Place call"))
    with running_dispatcher():
        expect(standing).to_contain_text("In progress", timeout=30_000)
    note_calls()
    use(page, page.get_by_role("link", name="Home").first)
    expect(attention).to_contain_text("No issues.")
    expect(page.locator("div.vx-tiles")).to_contain_text("1 verified")
