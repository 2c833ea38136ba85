"""Deleting an agent or trunk names what it takes along, and wants a replacement or the typed name."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from calls.choices import CallStatus
from calls.models import Call
from telephony.models import Agent, PhoneNumber, TelephonySettings, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.settings import update_settings
from tests.admin.conftest import Browser
from tests.admin.rows import furnish, make_agent, make_trunk

pytestmark = pytest.mark.django_db
NUMBER = "+15550100000"


@pytest.fixture
def client(signed_in: Browser, acme_admin: User) -> Client:
    return signed_in(acme_admin)


@pytest.fixture
def rows(acme: Workspace) -> dict[str, Any]:
    found = furnish(acme, NUMBER)
    found["endpoint_agent"] = Agent.objects.exclude(pk=found["telephony_agent"].pk).first()
    return found


def delete(client: Client, model: str, row: Any, *, bulk: bool = False, **data: str) -> str:
    """Send the page, and return what it shows afterwards."""
    if bulk:
        chosen = {"action": "delete_selected", "_selected_action": [str(row.pk)]}
        return client.post(reverse(f"admin:telephony_{model}_changelist"), chosen | data, follow=True).content.decode()
    return client.post(reverse(f"admin:telephony_{model}_delete", args=[row.pk]), data, follow=True).content.decode()


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("model", ["agent", "trunk"])
def test_the_page_names_numbers_and_queued_calls_and_a_bare_confirmation_deletes_nothing(
    client: Client, rows: dict[str, Any], model: str, bulk: bool
) -> None:
    row = rows[f"telephony_{model}"]
    asked = delete(client, model, row, bulk=bulk)
    assert (NUMBER in asked, "1 queued call" in asked) == (True, True)
    for wrong in ({}, {"typed": "something"}, {"replacement": str(row.pk)}, {"typed": row.name.lower()}):
        html = delete(client, model, row, bulk=bulk, post="yes", **wrong)
        assert f"type exactly: {row.name}" in html or "Select a valid choice" in html
    assert type(row).objects.filter(pk=row.pk).exists()
    assert "Deleted" in delete(client, model, row, bulk=bulk, post="yes", typed=row.name)
    assert not type(row).objects.filter(pk=row.pk).exists()
    assert PhoneNumber.objects.filter(agent=None).exists() == (model == "agent")


@pytest.mark.parametrize("bulk", [False, True])
def test_numbers_calls_and_settings_of_an_agent_move_to_the_replacement(
    client: Client, acme: Workspace, rows: dict[str, Any], bulk: bool
) -> None:
    agent, other = rows["telephony_agent"], make_agent(acme, "Other")
    update_settings(acme, {"default_agent": agent, "fallback": "agent", "fallback_agent": agent})
    html = delete(client, "agent", agent, bulk=bulk, post="yes", replacement=str(other.pk))
    assert "1 number and 1 queued call and 2 settings moved to Other." in html
    assert not Agent.objects.filter(pk=agent.pk).exists()
    kept = TelephonySettings.objects.get(workspace=acme)
    assert PhoneNumber.objects.get().agent == Call.objects.get().agent == other
    assert kept.default_agent == kept.fallback_agent == other
    assert PhoneNumber.history.filter(agent=other).exists()


def test_numbers_of_a_trunk_move_to_the_replacement_and_keep_their_id(
    client: Client, acme: Workspace, rows: dict[str, Any]
) -> None:
    number, other = PhoneNumber.objects.get(), make_trunk(acme, "Second")
    add_number(other, "+15550100001")
    PhoneNumber.objects.exclude(pk=number.pk).update(transfer_trunk=rows["telephony_trunk"])
    delete(client, "trunk", rows["telephony_trunk"], post="yes", replacement=str(other.pk))
    number.refresh_from_db()
    assert number.trunk == Call.objects.get().trunk == other
    assert PhoneNumber.objects.get(number="+15550100001").transfer_trunk == other
    assert not Trunk.objects.filter(pk=rows["telephony_trunk"].pk).exists()


def test_only_agents_that_can_take_over_are_offered(
    client: Client, acme: Workspace, globex: Workspace, rows: dict[str, Any]
) -> None:
    offered = make_agent(acme, "Able")
    others = [create_agent(acme, {"name": name, **more}) for name, more in (
        ("Off", {"active": False}), ("Out", {"direction": "outbound"}), ("In", {"direction": "inbound"}),
    )] + [make_agent(globex, "Theirs")]  # fmt: skip
    html = client.get(reverse("admin:telephony_agent_delete", args=[rows["telephony_agent"].pk])).content.decode()
    assert str(offered.pk) in html
    assert not [agent.name for agent in others if str(agent.pk) in html]
    Call.objects.update(status=CallStatus.COMPLETED)
    html = client.get(reverse("admin:telephony_agent_delete", args=[rows["telephony_agent"].pk])).content.decode()
    assert "queued call" not in html
    assert str(others[2].pk) in html


def test_what_nothing_hangs_on_is_deleted_with_one_confirmation(client: Client, acme: Workspace) -> None:
    agent = make_agent(acme, "Idle")
    assert "No number, queued call or setting uses Idle." in delete(client, "agent", agent)
    delete(client, "agent", agent, post="yes")
    assert not Agent.objects.exists()


def test_several_are_confirmed_by_their_count(client: Client, acme: Workspace, rows: dict[str, Any]) -> None:
    second = make_trunk(acme, "Second")
    chosen = {"action": "delete_selected", "_selected_action": [str(rows["telephony_trunk"].pk), str(second.pk)]}
    a_list = reverse("admin:telephony_trunk_changelist")
    assert "type exactly: delete 2 trunks" in client.post(a_list, chosen | {"post": "yes"}).content.decode()
    client.post(a_list, chosen | {"post": "yes", "typed": "delete 2 trunks"})
    assert not Trunk.objects.filter(numbers__number=NUMBER).exists()
    assert not Trunk.objects.filter(pk=second.pk).exists()


def test_outsiders_and_viewers_delete_nothing(
    signed_in: Browser, outsider: User, acme_viewer: User, rows: dict[str, Any]
) -> None:
    for who in (outsider, acme_viewer):
        for bulk in (False, True):
            agent = rows["telephony_agent"]
            delete(signed_in(who), "agent", agent, bulk=bulk, post="yes", typed=agent.name)
    assert Agent.objects.filter(pk=rows["telephony_agent"].pk).exists()
