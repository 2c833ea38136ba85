"""What the trunk list and page say about the carrier, and the buttons to check it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from telephony.carriers.guides import GUIDES
from telephony.choices import TrunkStatus
from telephony.models import Trunk, TrunkHealth
from telephony.services.numbers import add_number
from telephony.sync.dns import Answer
from tests.admin.conftest import Browser
from tests.admin.rows import make_agent, make_trunk
from tests.admin.test_trunk_page import filled

LIST = reverse("admin:telephony_trunk_changelist")
BUTTONS = ("check", "status", "addresses")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Tasks that were sent."""
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr("telephony.services.gateway_checks.publish_on_commit", lambda *args: found.append(args))
    return found


@pytest.fixture
def client(acme_operator: User, signed_in: Browser) -> Client:
    return signed_in(acme_operator)


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    trunk = make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.ACTIVE, warnings=[])
    return trunk


def url(trunk: Trunk, what: str) -> str:
    return reverse(f"admin:telephony_trunk_{what}", args=[trunk.pk])


def words(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_after_saving_the_carrier_is_not_checked_yet(
    acme_admin: User, acme: Workspace, signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = {"status": TrunkStatus.ACTIVE, "warnings": []}
    monkeypatch.setattr("telephony.admin.outcome.wait_for_sync", lambda *args, **more: Trunk.objects.update(**synced))
    admin = signed_in(acme_admin)
    page = admin.post(reverse("admin:telephony_trunk_add"), filled(admin), follow=True)
    html = page.content.decode()
    assert "Saved to LiveKit. Carrier not checked yet. Check the gateways, or place a test call." in html
    assert "Check gateways" in html
    assert "sip:sip.localhost" in html


def test_the_page_has_the_buttons_and_what_to_enter_at_the_carrier(client: Client, trunk: Trunk) -> None:
    number = add_number(trunk, "+15550100000", agent=make_agent(trunk.workspace))
    Trunk.objects.update(status=TrunkStatus.ACTIVE)
    html = words(client, url(trunk, "change"))
    assert "Carrier not checked yet" in html
    assert f"number={number.pk}&amp;agent={number.agent_id}" in html
    assert reverse("carrier_guide") + "#other" in html


def test_the_button_requests_one_check_at_a_time(client: Client, trunk: Trunk, sent: list[Any]) -> None:
    for _ in range(2):
        assert client.post(url(trunk, "check")).status_code == 302
    assert sent == [("telephony.tasks.check_gateways", str(trunk.pk))]
    html = words(client, url(trunk, "status"))
    assert "Checking" in html
    assert 'hx-trigger="every 2s"' in html
    TrunkHealth.objects.update(checked_at=timezone.now(), gateway_ok_at=timezone.now())
    html = words(client, url(trunk, "status"))
    assert "Carrier verified" in html
    assert "every 2s" not in html


def test_a_selection_is_checked(client: Client, trunk: Trunk, sent: list[Any]) -> None:
    client.post(LIST, {"action": "check_selected", "_selected_action": [str(trunk.pk)]})
    assert len(sent) == 1


@pytest.mark.parametrize("what", BUTTONS)
def test_an_outsider_gets_nothing(trunk: Trunk, outsider: User, signed_in: Browser, what: str, sent: list[Any]) -> None:
    browser = signed_in(outsider)
    assert {browser.get(url(trunk, what)).status_code, browser.post(url(trunk, what)).status_code} == {403}
    assert sent == []


def test_a_viewer_reads_but_does_not_check(
    trunk: Trunk, acme_viewer: User, signed_in: Browser, sent: list[Any]
) -> None:
    viewer = signed_in(acme_viewer)
    assert "Check gateways" not in words(viewer, url(trunk, "status"))
    assert viewer.post(url(trunk, "check")).status_code == 403
    assert sent == []


def test_the_list_tells_a_failing_trunk_and_filters_by_it(client: Client, trunk: Trunk) -> None:
    make_trunk(trunk.workspace, "Idle")
    TrunkHealth.objects.create(trunk=trunk, counted_at=timezone.now(), ended=3, refused=3, last_error="407.")
    html = words(client, f"{LIST}?state=failing")
    assert "Every call fails" in html
    assert "Idle" not in html


def test_the_addresses_are_those_of_the_sip_domain(
    client: Client, trunk: Trunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.admin.trunk_status.look_up", lambda host: Answer(("192.0.2.7",)))
    assert "192.0.2.7" in words(client, url(trunk, "addresses"))
    monkeypatch.setattr("telephony.admin.trunk_status.look_up", lambda host: Answer(error="No such name."))
    assert "does not resolve: No such name." in words(client, url(trunk, "addresses"))


def test_the_guide_names_every_carrier_with_our_sip_uri(client: Client, trunk: Trunk, settings: Any) -> None:
    html = words(client, reverse("carrier_guide"))
    assert all(f'id="{carrier}"' in html for carrier in GUIDES)
    assert "Add the FQDN sip.localhost" in html


def test_a_person_without_a_workspace_has_no_guide(signed_in: Browser) -> None:
    alone = User.objects.create_user("alone@voxa.example", "a long password", is_staff=True)
    assert signed_in(alone).get(reverse("carrier_guide")).status_code == 403
