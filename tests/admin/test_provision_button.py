"""Provision now: on the page and on a selection, with a word about each trunk."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.admin.trunk_buttons import AT_ONCE
from telephony.choices import TrunkStatus
from telephony.models import Trunk
from tests.admin.conftest import Browser
from tests.admin.rows import make_trunk


@pytest.fixture
def client(acme_operator: User, signed_in: Browser) -> Client:
    return signed_in(acme_operator)


def test_the_button_asks_for_a_sync(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.FAILED, last_error="Refused.", next_sync_at=None)
    answer = client.post(reverse("admin:telephony_trunk_provision", args=[trunk.pk]))
    assert answer.status_code == 302
    trunk.refresh_from_db()
    assert (trunk.status, trunk.last_error, trunk.generation) == (TrunkStatus.PENDING, "", 2)


def test_the_button_is_no_link(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    assert client.get(reverse("admin:telephony_trunk_provision", args=[trunk.pk])).status_code == 403


def test_a_selection_tells_about_each_trunk(client: Client, acme: Workspace) -> None:
    chosen = [make_trunk(acme, name) for name in ("Telnyx", "Twilio")]
    data = {"action": "provision_selected", "_selected_action": [str(trunk.pk) for trunk in chosen]}
    answer = client.post(reverse("admin:telephony_trunk_changelist"), data)
    told = sorted(str(message).split(":")[0] for message in get_messages(answer.wsgi_request))
    assert told == ["Telnyx", "Twilio"]
    assert set(Trunk.objects.values_list("generation", flat=True)) == {2}


def test_too_large_a_selection_is_refused_with_a_remedy(client: Client, acme: Workspace) -> None:
    chosen = [make_trunk(acme, f"Trunk {n}") for n in range(AT_ONCE + 1)]
    data = {"action": "provision_selected", "_selected_action": [str(trunk.pk) for trunk in chosen]}
    answer = client.post(reverse("admin:telephony_trunk_changelist"), data)
    assert ["provision_trunks" in str(message) for message in get_messages(answer.wsgi_request)] == [True]
    assert set(Trunk.objects.values_list("generation", flat=True)) == {1}


def test_outbound_calls_are_paused_and_resumed(client: Client, acme: Workspace) -> None:
    trunk = make_trunk(acme)
    page, shown = reverse("admin:telephony_trunk_change", args=[trunk.pk]), "Outbound calls are paused since"
    for button, paused in (("pause", True), ("pause", True), ("resume", False)):
        url = reverse(f"admin:telephony_trunk_{button}", args=[trunk.pk])
        assert client.get(url).status_code == 403
        assert client.post(url).status_code == 302
        assert (shown in client.get(page).content.decode()) is paused


def test_a_selection_is_paused(client: Client, acme: Workspace) -> None:
    chosen = [str(make_trunk(acme, name).pk) for name in ("Telnyx", "Twilio")]
    for action, paused in (("pause_selected", 2), ("resume_selected", 0)):
        client.post(reverse("admin:telephony_trunk_changelist"), {"action": action, "_selected_action": chosen})
        assert Trunk.objects.exclude(paused_at=None).count() == paused
        html = client.get(reverse("admin:telephony_trunk_changelist")).content.decode()
        assert html.count("Outbound calls are paused.") == paused


@pytest.mark.parametrize("button", ["pause", "resume"])
def test_neither_viewers_nor_outsiders_pause(
    button: str, acme: Workspace, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    trunk = make_trunk(acme)
    url = reverse(f"admin:telephony_trunk_{button}", args=[trunk.pk])
    assert signed_in(acme_viewer).post(url).status_code == 403
    assert signed_in(outsider).post(url).status_code == 403
    assert Trunk.history.filter(id=trunk.pk).count() == 1  # its creation
