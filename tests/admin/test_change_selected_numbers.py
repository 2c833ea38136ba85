"""Many numbers get another agent, trunk or label at once, after a page that names what changes."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from telephony.admin import number_changes
from telephony.models import PhoneNumber, TelephonySettings, Trunk
from telephony.services.numbers import add_number
from tests.admin.conftest import Browser
from tests.admin.rows import make_agent, make_trunk

LIST = reverse("admin:telephony_phonenumber_changelist")
PAGE = reverse("admin:telephony_phonenumber_change-selected")


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    return make_trunk(acme)


def add(trunk: Trunk, count: int = 3) -> list[PhoneNumber]:
    return [add_number(trunk, f"+1555010{n:04d}") for n in range(count)]


def of(rows: list[PhoneNumber], **values: Any) -> dict[str, Any]:
    return {"ids": ",".join(str(row.pk) for row in rows), **values}


def test_the_action_asks_what_to_change(client: Client, trunk: Trunk) -> None:
    agent, other, rows = make_agent(trunk.workspace, "Sales"), make_agent(trunk.workspace, "Away"), add(trunk)
    type(other).objects.filter(pk=other.pk).update(active=False)
    page = client.post(LIST, {"action": "change_selected", "_selected_action": [rows[0].pk, rows[1].pk]})
    text = page.content.decode()
    assert "2 phone numbers selected" in text
    assert str(agent.pk) in text
    assert str(other.pk) not in text


def test_all_that_a_filter_finds_are_selected(client: Client, trunk: Trunk) -> None:
    add(trunk, 40)
    asked = {"action": "change_selected", "select_across": "1", "_selected_action": [PhoneNumber.objects.first().pk]}  # type: ignore[union-attr]
    page = client.post(f"{LIST}?trunk__id__exact={trunk.pk}", asked)
    assert "40 phone numbers selected" in page.content.decode()
    assert page.context["back"] == f"{LIST}?trunk__id__exact={trunk.pk}"


def test_numbers_get_an_agent_and_a_label_with_history(client: Client, trunk: Trunk, acme_admin: User) -> None:
    agent, rows = make_agent(trunk.workspace, "Sales"), add(trunk)
    preview = client.post(PAGE, of(rows, agent=agent.pk, label="Main", preview="1")).content.decode()
    assert "3 numbers will change: agent of 3, label of 3." in preview
    assert not PhoneNumber.objects.exclude(agent=None).exists()
    client.post(PAGE, of(rows, agent=agent.pk, label="Main"))
    assert set(PhoneNumber.objects.values_list("agent__name", "label")) == {("Sales", "Main")}
    change = rows[0].history.latest()
    assert (change.history_user, change.history_type, change.label) == (acme_admin, "~", "Main")
    trunk_before = trunk.generation
    trunk.refresh_from_db()
    assert trunk.generation == trunk_before + 3  # adding the three: the agent is not part of LiveKit


def test_a_move_syncs_the_trunks_that_lose_and_get_numbers(client: Client, trunk: Trunk) -> None:
    rows, other, third = add(trunk), make_trunk(trunk.workspace, "New"), make_trunk(trunk.workspace, "Third")
    before = dict(Trunk.objects.values_list("name", "generation"))
    client.post(PAGE, of(rows, trunk=other.pk))
    assert set(PhoneNumber.objects.values_list("trunk", flat=True)) == {other.pk}
    after = dict(Trunk.objects.values_list("name", "generation"))
    assert {name: after[name] - before[name] for name in after} == {"Telnyx": 1, "New": 1, third.name: 0}


def test_what_is_as_asked_is_left_alone(client: Client, trunk: Trunk) -> None:
    rows = add(trunk)
    PhoneNumber.objects.filter(pk=rows[0].pk).update(label="Main")
    page = client.post(PAGE, of(rows, label="Main"), follow=True).content.decode()
    assert "2 numbers changed: label of 2." in page
    assert "1 number already has it." in page
    assert rows[0].history.count() == 1


@pytest.mark.parametrize(("name", "value"), [("agent", None), ("label", "")])
def test_agent_and_label_are_removed(client: Client, trunk: Trunk, name: str, value: Any) -> None:
    rows = add(trunk)
    PhoneNumber.objects.update(agent=make_agent(trunk.workspace), label="Old")
    client.post(PAGE, of(rows, **{f"no_{name}": "on"}))
    assert set(PhoneNumber.objects.values_list(name, flat=True)) == {value}


def test_many_agents_are_searched_instead_of_listed(
    client: Client, trunk: Trunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_changes, "LISTED", 1)
    agents, rows = [make_agent(trunk.workspace, name) for name in ("Sales", "Reception")], add(trunk, 1)
    page = client.post(LIST, {"action": "change_selected", "_selected_action": [rows[0].pk]}).content.decode()
    assert str(agents[0].pk) not in page
    assert f"for_workspace={trunk.workspace_id}" in page
    assert "js/autocomplete.js" in page
    client.post(PAGE, of(rows, agent=agents[0].pk))
    assert PhoneNumber.objects.get().agent == agents[0]


def test_nothing_chosen_changes_nothing(client: Client, trunk: Trunk) -> None:
    page = client.post(PAGE, of(add(trunk)))
    assert "Choose an agent, a trunk or a label." in page.content.decode()


def test_five_hundred_numbers_take_few_queries(
    client: Client, trunk: Trunk, django_assert_max_num_queries: Any
) -> None:
    PhoneNumber.objects.bulk_create(
        PhoneNumber(
            workspace=trunk.workspace, trunk=trunk, project=TelephonySettings.of(trunk.workspace_id).project,
            number=f"+1555010{n:04d}",
        )
        for n in range(500)
    )  # fmt: skip
    agent = make_agent(trunk.workspace)
    with django_assert_max_num_queries(30):
        client.post(PAGE, of(list(PhoneNumber.objects.all()), agent=agent.pk))
    assert PhoneNumber.objects.filter(agent=agent).count() == 500


def test_rows_of_others_are_refused_and_counted(
    client: Client, trunk: Trunk, globex: Workspace, acme_admin: User
) -> None:
    rows = [*add(trunk, 2), add_number(make_trunk(globex), "+15550101000")]
    Membership.objects.create(user=acme_admin, workspace=globex, role=Role.VIEWER)
    page = client.post(PAGE, of(rows, label="Main", preview="1")).content.decode()
    assert "2 numbers will change" in page
    assert "1 refused: your role may not change numbers of the workspace." in page
    Membership.objects.filter(workspace=globex).update(role=Role.ADMIN)
    agent = make_agent(trunk.workspace, "Sales")
    page = client.post(PAGE, of(rows, agent=agent.pk), follow=True).content.decode()
    assert "1 refused: the agent Sales is of another workspace." in page
    assert PhoneNumber.objects.filter(agent=agent).count() == 2


def test_agents_and_trunks_of_other_workspaces_are_no_choice(client: Client, trunk: Trunk, globex: Workspace) -> None:
    rows, agent = add(trunk), make_agent(globex, "Theirs")
    assert "Select a valid choice" in client.post(PAGE, of(rows, agent=agent.pk)).content.decode()
    assert not PhoneNumber.objects.exclude(agent=None).exists()


def test_an_outsider_and_a_viewer_change_nothing(
    trunk: Trunk, outsider: User, acme_viewer: User, signed_in: Browser
) -> None:
    rows = add(trunk)
    page = signed_in(outsider).post(PAGE, of(rows, label="Mine"), follow=True)
    assert "3 left out" in page.content.decode()
    assert signed_in(acme_viewer).post(PAGE, of(rows, label="Mine")).status_code == 403
    assert set(PhoneNumber.objects.values_list("label", flat=True)) == {""}


def test_a_get_or_an_empty_selection_is_refused(client: Client, trunk: Trunk) -> None:
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"ids": "x", "label": "Main"}).status_code == 403
