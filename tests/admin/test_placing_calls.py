"""A person calls a number from the admin, through the service that the API uses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from calls.models import Call
from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, Trunk
from tests.admin.conftest import Browser
from tests.calls.conftest import CALLEE, Line, make_line

ADD = reverse("admin:calls_call_add")
DAY = datetime.now(UTC).date() + timedelta(days=30)


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


def asked(line: Line, **other: Any) -> dict[str, Any]:
    """What the form sends."""
    data = {
        "workspace": line.workspace.pk, "to_number": "+1 202 555-0123", "number": line.number.pk,
        "agent": line.agent.pk, "trunk": "", "scheduled_at_0": "", "scheduled_at_1": "", "max_duration_seconds": 600,
    }  # fmt: skip
    return data | other


def test_an_operator_places_a_call_and_sees_it(line: Line, acme_operator: User, signed_in: Browser) -> None:
    client = signed_in(acme_operator)
    assert "Place a call" in client.get(ADD).content.decode()
    answer = client.post(ADD, asked(line), follow=True)
    call = Call.objects.get()
    assert (call.to_number, call.from_number, call.agent) == (CALLEE, line.number.number, line.agent)
    assert call.trunk == line.trunk
    assert not call.trunk_chosen
    assert call.max_duration_seconds == 600
    assert answer.redirect_chain == [(reverse("admin:calls_call_change", args=[call.pk]), 302)]


def test_variables_are_filled_in_shown_and_taken_to_the_next_call(
    line: Line, acme_operator: User, signed_in: Browser
) -> None:
    client = signed_in(acme_operator)
    page = client.post(ADD, asked(line, variables='{"name": "<Ada>", "order": 7}'), follow=True).content.decode()
    call = Call.objects.get()
    assert call.variables == {"name": "<Ada>", "order": 7}
    assert "&lt;Ada&gt;" in page
    again = client.get(ADD, {"workspace": str(line.workspace.pk), "again": str(call.pk)}).content.decode()
    assert "&lt;Ada&gt;" in again


def test_a_wrong_variable_is_said_at_its_field(line: Line, acme_operator: User, signed_in: Browser) -> None:
    for typed, words in (('{"a b": 1}', "a b: A name has letters"), ('{"to": 1}', "built-in"), ("[1]", "object")):
        answer = signed_in(acme_operator).post(ADD, asked(line, variables=typed))
        assert words in str(answer.context["adminform"].form.errors["variables"])
    line.agent.greeting, line.agent.require_variables = "Hello {{first_name}}", True
    line.agent.save()
    answer = signed_in(acme_operator).post(ADD, asked(line))
    assert "first_name: The agent" in str(answer.context["adminform"].form.errors["variables"])
    assert not Call.objects.exists()


def test_the_time_is_that_of_the_workspace(line: Line, acme_operator: User, signed_in: Browser) -> None:
    line.workspace.time_zone = "Asia/Tokyo"
    line.workspace.save()
    client = signed_in(acme_operator)
    assert "Asia/Tokyo" in client.get(ADD).content.decode()
    client.post(ADD, asked(line, scheduled_at_0=f"{DAY:%Y-%m-%d}", scheduled_at_1="18:00:00"))
    assert Call.objects.get().scheduled_at == datetime(DAY.year, DAY.month, DAY.day, 9, 0, tzinfo=UTC)


def test_what_the_service_refuses_is_said_at_its_field(line: Line, acme_operator: User, signed_in: Browser) -> None:
    Trunk.objects.update(status=TrunkStatus.FAILED)
    answer = signed_in(acme_operator).post(ADD, asked(line, to_number="hello"))
    errors = answer.context["adminform"].form.errors
    assert set(errors) == {"to_number", "number"}
    assert "active trunk" in str(errors["number"])
    assert not Call.objects.exists()


def test_a_viewer_and_an_outsider_call_nobody(
    line: Line, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    assert signed_in(acme_viewer).get(ADD).status_code == 403
    assert signed_in(acme_viewer).post(ADD, asked(line)).status_code == 403
    errors = signed_in(outsider).post(ADD, asked(line)).context["adminform"].form.errors
    assert {"workspace", "number", "agent"} <= set(errors)
    assert not Call.objects.exists()


@pytest.mark.parametrize("page", ["calls_call", "telephony_trunk", "telephony_phonenumber"])
def test_people_of_several_workspaces_choose_one_first(
    page: str, line: Line, globex: Workspace, acme_operator: User, signed_in: Browser
) -> None:
    Membership.objects.filter(user=acme_operator).update(role=Role.ADMIN)
    Membership.objects.create(user=acme_operator, workspace=globex, role=Role.ADMIN)
    client = signed_in(acme_operator)
    url = reverse(f"admin:{page}_add")
    assert [row.name for row in client.get(url).context["workspaces"]] == ["Acme", "Globex"]
    assert [row.name for row in client.get(url, {"find": "glo\0"}).context["workspaces"]] == ["Globex"]
    html = client.get(url, {"workspace": str(globex.pk)}).content.decode()
    assert f"for_workspace={globex.pk}" in html
    assert f"for_workspace={line.workspace.pk}" not in html


def test_a_workspace_where_one_may_not_add_is_not_offered(
    line: Line, globex: Workspace, acme_operator: User, signed_in: Browser
) -> None:
    Membership.objects.create(user=acme_operator, workspace=globex, role=Role.VIEWER)
    answer = signed_in(acme_operator).get(ADD, {"workspace": str(globex.pk)})
    assert [row.name for row in answer.context["workspaces"]] == ["Acme"]


def test_a_call_is_placed_again_with_the_same_particulars(line: Line, acme_operator: User, signed_in: Browser) -> None:
    call = line.place()
    client = signed_in(acme_operator)
    client.post(reverse("admin:calls_call_cancel", args=[call.pk]))
    again = client.get(reverse("admin:calls_call_change", args=[call.pk])).context["call_again"]
    assert CALLEE.lstrip("+") not in again
    initial = client.get(again).context["adminform"].form.initial
    assert (initial["to_number"], initial["number"], initial["agent"]) == (CALLEE, line.number.pk, line.agent.pk)


def test_a_call_of_another_workspace_is_not_placed_again(line: Line, outsider: User, signed_in: Browser) -> None:
    call = line.place()
    page = signed_in(outsider).get(ADD, {"again": str(call.pk)})
    assert "to_number" not in page.context["adminform"].form.initial
    assert signed_in(outsider).get(ADD, {"again": "x"}).status_code == 200


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-45T00:00", "2026-12-24T18:00:00Z"])
def test_a_time_in_the_address_breaks_no_form(
    text: str, line: Line, acme_operator: User, acme_admin: User, signed_in: Browser
) -> None:
    assert signed_in(acme_operator).get(ADD, {"scheduled_at": text}).status_code == 200
    key = reverse("admin:accounts_apikey_add")
    assert signed_in(acme_admin).get(key, {"expires_at": text}).status_code == 200


def test_what_a_call_would_meet_is_told_and_nothing_is_placed(
    line: Line, acme_operator: User, signed_in: Browser, settings: Any
) -> None:
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "key", "s" * 32
    LiveKitProject.objects.update(url="ws://127.0.0.1:1")
    client = signed_in(acme_operator)
    when = {"scheduled_at_0": f"{DAY:%Y-%m-%d}", "scheduled_at_1": "18:00:00"}
    answer = client.post(ADD, asked(line, _check="1", **when))
    assert answer.status_code == 200  # no redirect: the number would stand in the address
    found = answer.context["checked"]
    assert (found.headline, found.found.trunk, found.found.agent) == (
        "The call would be dialed now.",
        line.trunk,
        line.agent,
    )
    form = answer.context["adminform"].form
    assert not form.errors
    html = answer.content.decode()
    assert "Correct the error" not in html
    for kept in (line.number.number, line.agent.name, "Check without calling", "Place call"):
        assert kept in html
    assert form["to_number"].value() == "+1 202 555-0123"
    assert form["scheduled_at"].value() == [f"{DAY:%Y-%m-%d}", "18:00:00"]

    answer = client.post(ADD, asked(line, _check="1", to_number="+18765550123"))
    assert answer.context["checked"].headline == "The call would not be dialed."
    assert "Calls to JM are not allowed" in answer.content.decode()
    assert not Call.objects.exists()


def test_a_wrong_form_is_not_checked_and_another_workspace_tells_nothing(
    line: Line, globex: Workspace, outsider: User, acme_operator: User, signed_in: Browser
) -> None:
    answer = signed_in(acme_operator).post(ADD, asked(line, _check="1", agent=""))
    assert "agent" in answer.context["adminform"].form.errors
    assert "checked" not in answer.context
    assert signed_in(acme_operator).get(ADD, {"_check": "1", "to_number": CALLEE}).status_code == 200

    Membership.objects.create(user=acme_operator, workspace=globex, role=Role.OPERATOR)
    for person in (outsider, acme_operator):
        answer = signed_in(person).post(ADD, asked(line, _check="1", workspace=globex.pk))
        assert {"number", "agent"} <= set(answer.context["adminform"].form.errors)
        assert "checked" not in answer.context
