"""Numbers of one's own from a file: trunk and agent by name, a preview, all rows or the good ones."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import PhoneNumber, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from tests.admin.conftest import Browser
from tests.admin.rows import make_trunk

IMPORT = reverse("admin:telephony_phonenumber_import")
LIST = reverse("admin:telephony_phonenumber_changelist")


@pytest.fixture
def client(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    return make_trunk(acme, "Main carrier")


def upload(client: Client, workspace: Workspace, text: str, **more: Any) -> Any:
    return client.post(IMPORT, {"workspace": workspace.pk, "text": text, "trunk": "", "agent": "", **more})


def stored() -> dict[str, tuple[str, str, str]]:
    rows = PhoneNumber.objects.select_related("trunk", "agent")
    return {row.number: (row.trunk.name, row.agent.name if row.agent else "", row.label) for row in rows}


def test_numbers_are_imported_with_trunk_agent_and_label(client: Client, acme: Workspace, trunk: Trunk) -> None:
    create_agent(acme, {"name": "Reception"})
    add_number(trunk, "+12025550100")
    text = "Trunk;Phone;Label;Agent\nmain carrier;(202) 555-0101;Sales;Reception\nMain carrier;+12025550100;;\n"
    shown = upload(client, acme, text)["Location"]
    assert "<code>(202) 555-0101</code> becomes <code>+12025550101</code>" in client.get(shown).content.decode()
    assert client.post(shown, {"mode": "all"})["Location"] == LIST
    assert stored()["+12025550101"] == ("Main carrier", "Reception", "Sales")


def test_rows_that_name_no_trunk_take_the_chosen_one(client: Client, acme: Workspace, trunk: Trunk) -> None:
    shown = upload(client, acme, "+12025550101,Sales\n+12025550102,+12025550103\n", trunk="main carrier")["Location"]
    client.post(shown, {"mode": "all"})
    assert stored() == {
        "+12025550101": ("Main carrier", "", "Sales"),
        "+12025550102": ("Main carrier", "", ""),
        "+12025550103": ("Main carrier", "", ""),
    }


def test_rows_that_cannot_be_are_told_with_the_reason(
    client: Client, acme: Workspace, globex: Workspace, trunk: Trunk
) -> None:
    add_number(make_trunk(globex, "Theirs"), "+12025550109")
    lines = ["number,trunk,agent", "+12025550101,Main carrier,", "+12025550102,,", "+12025550103,Theirs,"]
    lines += ["+12025550104,Main carrier,Nobody", "+12025550109,Main carrier,"]
    shown = upload(client, acme, "\n".join(lines))["Location"]
    page = client.get(shown).content.decode()
    for words in ("has no trunk", "Trunk “Theirs” does not exist", "Agent “Nobody” does not exist", "already in use"):
        assert words in page, words
    assert "globex" not in page.lower()
    client.post(shown, {"mode": "all"})
    assert set(stored()) == {"+12025550109"}
    client.post(shown, {"mode": "good"})
    assert set(stored()) == {"+12025550101", "+12025550109"}


def test_a_trunk_that_is_not_there_is_said_at_its_field(client: Client, acme: Workspace, trunk: Trunk) -> None:
    assert "trunk" in upload(client, acme, "+12025550101\n", trunk="Other").context["form"].errors


def test_viewers_and_outsiders_import_nothing(
    acme: Workspace, trunk: Trunk, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    assert upload(signed_in(acme_viewer), acme, "+12025550101\n").status_code == 403
    stranger = upload(signed_in(outsider), acme, "+12025550101\n", trunk="Main carrier")
    assert "workspace" in stranger.context["form"].errors
    assert stored() == {}
