"""The home page says what needs attention, in words, and what to do next."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from telephony.choices import TrunkStatus
from telephony.livekit import LiveKitWithoutSip
from telephony.models import Gateway, LiveKitProject, PhoneNumber, SipEndpoint, Trunk, TrunkHealth
from telephony.models.livekit_project import SIP_REFUSED_LATELY
from telephony.services.agents import create_agent
from telephony.services.endpoints import connect_agent
from telephony.services.numbers import add_number
from telephony.services.sip_service import note_calls_taken, note_no_calls_taken
from tests.admin.conftest import Browser
from tests.admin.rows import make_trunk


@pytest.fixture
def client(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def home(client: Client) -> str:
    return " ".join(client.get(reverse("admin:index")).content.decode().split())


def test_a_failed_trunk_with_its_error_and_the_remedy(client: Client, acme: Workspace) -> None:
    make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.FAILED, last_error="The number is taken.")
    html = home(client)
    assert "Trunk Telnyx" in html
    assert "The number is taken. Correct it and save" in html
    assert "1 failed" in html


def test_a_superuser_sees_whose_trunk_it_is(acme: Workspace, superuser: User, signed_in: Browser) -> None:
    make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.FAILED, last_error="The number is taken.")
    assert "Trunk Telnyx of Acme" in home(signed_in(superuser))


def test_a_failed_sip_endpoint_too(client: Client, acme: Workspace) -> None:
    assert "SIP endpoints" not in [tile.title for tile in client.get(reverse("admin:index")).context["board"].tiles]
    given = {"name": "Desk", "sip_username": "desk", "sip_password": "s3cret-word"}
    endpoint = connect_agent(create_agent(acme, {"name": "Desk"}), given)
    SipEndpoint.objects.update(status=TrunkStatus.FAILED, last_error="The number is taken.")
    html = home(client)
    assert "SIP endpoint Desk" in html
    assert "The number is taken. Correct it and save" in html
    assert reverse("admin:telephony_sipendpoint_change", args=[endpoint.pk]) in html
    (tile,) = [one for one in client.get(reverse("admin:index")).context["board"].tiles if one.title == "SIP endpoints"]
    assert (tile.count, tile.note) == ("1", "1 failed")


def test_a_livekit_that_is_not_set_up(client: Client, acme: Workspace) -> None:
    make_trunk(acme)
    assert "Default is not configured" in home(client)


def test_a_livekit_that_is_away(client: Client, acme: Workspace, settings: Any) -> None:
    settings.LIVEKIT_URL = "ws://127.0.0.1:17880"
    LiveKitProject.default()
    LiveKitProject.objects.update(last_failed_at=timezone.now(), last_error="Nothing answers there.")
    html = home(client)
    assert "Default is unreachable" in html
    assert "Nothing answers there." in html


def test_numbers_that_nobody_answers(client: Client, acme: Workspace, globex: Workspace) -> None:
    add_number(make_trunk(acme), "+15550100000")
    create_agent(globex, {"name": "Another workspace's"})
    assert "1 number has no agent" in home(client)
    Gateway.objects.update(inbound=False)
    assert "has no agent" not in home(client)  # it is a caller ID, which nobody can call
    Gateway.objects.update(inbound=True)
    link = reverse("admin:telephony_phonenumber_changelist") + "?answered=no"
    assert link in home(client)
    assert "+15550100000" in client.get(link).content.decode()
    PhoneNumber.objects.update(agent=create_agent(acme, {"name": "Asleep", "active": False}))
    assert "Calls to +15550100000 are not answered." in home(client)


def test_a_number_that_the_workspaces_inbound_agent_answers_is_no_concern(client: Client, acme: Workspace) -> None:
    add_number(make_trunk(acme), "+15550100000")
    create_agent(acme, {"name": "Dials only", "direction": "outbound"})
    assert "1 number has no agent" in home(client)
    create_agent(acme, {"name": "Reception"})
    assert "has no agent" not in home(client)
    numbers = reverse("admin:telephony_phonenumber_changelist")
    assert "Reception (default agent)" in client.get(numbers).content.decode()
    assert client.get(numbers, {"answered": "no"}).context["cl"].result_count == 0
    assert client.get(numbers, {"answered": "yes"}).context["cl"].result_count == 1


def test_the_sandbox_is_named_on_every_page(client: Client, settings: Any) -> None:
    assert "no real calls are made" not in home(client)
    settings.LIVEKIT_IS_SANDBOX = True
    assert "no real calls are made" in home(client)
    assert "Sandbox" in client.get(reverse("admin:telephony_trunk_changelist")).content.decode()


def test_nothing_to_do_is_said(client: Client, acme: Workspace, settings: Any) -> None:
    settings.LIVEKIT_URL = "ws://127.0.0.1:17880"
    make_trunk(acme)
    Trunk.objects.update(status=TrunkStatus.ACTIVE)
    assert "LiveKit is in sync" in home(client)


HARM = {
    "code": "rule.any_trunk", "kind": "rule", "id": "SDR_stranger", "name": "Everything", "does": "takes all calls",
    "remedy": "Delete it in LiveKit.", "detail": "", "grave": True, "row": None, "everyone": True, "touches": [],
    "with": [],
}  # fmt: skip


def test_what_defeats_ours_in_livekit_is_told_with_the_time_it_was_seen(
    client: Client, acme: Workspace, superuser: User, signed_in: Browser
) -> None:
    LiveKitProject.default()
    LiveKitProject.objects.update(lint=[HARM], linted_at=timezone.now())
    assert "takes all calls" not in home(client)  # no number of acme's can be called
    add_number(make_trunk(acme), "+15550100000")
    html = home(client)
    assert "A dispatch rule in LiveKit that Voxa did not make takes all calls." in html
    assert "SDR_stranger" not in html
    assert "Checked " in html
    html = home(signed_in(superuser))
    assert "Dispatch rule SDR_stranger (“Everything”), not made by this Voxa, takes all calls." in html
    assert "Delete it in LiveKit." in html


def test_when_livekit_was_last_looked_at_is_told_also_if_nothing_was_found(client: Client, acme: Workspace) -> None:
    LiveKitProject.default()
    assert "have not been checked yet" in home(client)
    LiveKitProject.objects.update(lint=[], linted_at=timezone.now())
    html = home(client)
    assert "LiveKit trunks and dispatch rules were last checked" in html
    assert "takes all calls" not in html


def test_another_workspaces_taken_number_is_not_told(client: Client, acme: Workspace, globex: Workspace) -> None:
    number = add_number(make_trunk(globex), "+15550100009")
    add_number(make_trunk(acme), "+15550100000")
    taken = {**HARM, "everyone": False, "touches": [["+15550100009", str(number.trunk_id)]]}
    LiveKitProject.objects.update(lint=[taken], linted_at=timezone.now())
    assert "+15550100009" not in home(client)
    assert "takes all calls" not in home(client)


def test_a_livekit_without_a_sip_service_that_takes_calls(client: Client, acme: Workspace, settings: Any) -> None:
    settings.LIVEKIT_URL = "ws://127.0.0.1:17880"
    project = LiveKitProject.default()
    make_trunk(acme)
    assert "no SIP service" not in home(client)
    note_no_calls_taken(project.pk, LiveKitWithoutSip("LiveKit has no SIP service available."))
    html = home(client)
    assert "Default has no SIP service available" in html
    assert "Outbound calls stay queued" in html
    note_calls_taken(project.pk)
    assert "recently refused calls" in home(client), "for a minute"
    LiveKitProject.objects.update(sip_failed_at=timezone.now() - SIP_REFUSED_LATELY)
    assert "refused calls" not in home(client)


def test_trunks_in_trouble_are_counted_by_state_the_worst_first(client: Client, acme: Workspace) -> None:
    pending, failing, refused, named, well = (make_trunk(acme, name) for name in ("P", "F", "R", "N", "W"))
    Trunk.objects.exclude(pk=pending.pk).update(status=TrunkStatus.ACTIVE)
    Trunk.objects.filter(pk=named.pk).update(warnings=["sip.example.com does not resolve at present."])
    now = timezone.now()
    for trunk, fields in (
        (failing, {"ended": 4, "refused": 4}), (refused, {"auth_failing": True}), (well, {"answered_at": now}),
    ):  # fmt: skip
        TrunkHealth.objects.update_or_create(trunk=trunk, defaults={"counted_at": now, **fields})
    board = client.get(reverse("admin:index")).context["board"]
    tile = next(one for one in board.tiles if one.title == "Trunks")
    assert (tile.count, tile.note) == ("5", "1 failing, 2 degraded, 1 pending")
    assert next(one.title for one in board.concerns if one.action == "Open") == "Trunk F"
    Trunk.objects.update(status=TrunkStatus.ACTIVE, warnings=[])
    TrunkHealth.objects.exclude(trunk=well).delete()
    assert "1 verified" in home(client)


def test_counts_stop_at_a_thousand(client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.admin.counting.COUNTED", 2)
    for name in "ABC":
        make_trunk(acme, name)
    tile = client.get(reverse("admin:index")).context["board"].tiles[0]
    assert (tile.title, tile.count, tile.note) == ("Trunks", "2 or more", "2 or more pending")
