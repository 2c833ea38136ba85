"""Pages cost the same number of queries however many rows there are."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User, Workspace
from accounts.services.keys import create_api_key
from calls.do_not_call.entries import add_numbers
from calls.models import Call, Recording, UsageDay
from telephony.models import Agent, LiveKitObject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.agents import update_agent
from telephony.services.analysis_templates import create_template
from telephony.services.mcp.servers import create_server
from telephony.services.numbers import add_number
from telephony.services.tools import create_tool
from tests.admin.conftest import Browser
from tests.admin.rows import make_agent, make_trunk

MANY = 60
# Session, person, roles, then the page's own.
LIST = 12
PAGE = 26
LISTS = (
    "telephony_trunk",
    "telephony_phonenumber",
    "telephony_agent",
    "telephony_tool",
    "telephony_mcpserver",
    "telephony_analysistemplate",
    "telephony_telephonysettings",
    "telephony_livekitproject",
    "accounts_workspace",
    "accounts_apikey",
    "accounts_user",
    "calls_call",
    "calls_donotcall",
    "calls_recording",
    "calls_usageday",
)
PAGES = ("change", "history", "delete")


@pytest.fixture
def crowd(acme: Workspace, superuser: User) -> Trunk:
    """Many rows of every kind, all with different neighbours; gives a trunk that has many of them."""
    trunk = make_trunk(acme, gateways=[{"ip_or_domain": f"192.0.2.{n}"} for n in range(1, 21)])
    for n in range(MANY):
        agent = make_agent(acme, f"Agent {n}")
        add_number(trunk, f"+1555010{n:04d}", agent=agent, transfer_trunk=make_trunk(acme, f"Trunk {n}"))
        create_tool(acme, {"name": f"t{n}", "description": "D", "url": "https://a.example/", "agents": [agent]})
        template = create_template(acme, {"name": f"a{n}", "schema": {"type": "object"}})
        update_agent(agent, {"analysis_template": template})
        create_server(acme, {"name": f"s{n}", "url": "https://a.example/", "agents": [agent]})
        create_api_key(acme, f"Key {n}", ["calls:read"], created_by=superuser)
        person = User.objects.create_user(f"p{n}@acme.example", None, is_staff=True)
        Membership.objects.create(user=person, workspace=acme)
    project = TelephonySettings.of(acme.pk).project
    Call.objects.bulk_create(
        Call(workspace=acme, project=project, direction="outbound", to_number=f"+1202555{n:04d}", agent=agent)
        for n, agent in enumerate(Agent.objects.all())
    )
    Recording.objects.bulk_create(
        Recording(workspace=acme, call=call, room_name=f"r-{call.pk}") for call in Call.objects.all()
    )
    add_numbers(acme, [f"+1202555{n:04d}" for n in range(MANY)])
    UsageDay.objects.bulk_create(
        UsageDay(workspace=acme, day=f"2026-01-{n % 28 + 1:02d}", number=f"+1{n}", direction="outbound", outcome="busy")
        for n in range(MANY)
    )
    LiveKitObject.objects.bulk_create(
        LiveKitObject(project=project, workspace=acme, trunk=trunk, kind="outbound", source_id=gateway.pk)
        for gateway in trunk.gateways.all()
    )
    return trunk


@pytest.fixture
def clients(superuser: User, acme_owner: User, signed_in: Browser) -> list[Client]:
    """The browsers of a superuser and of a member."""
    return [signed_in(superuser), signed_in(acme_owner)]


def test_pages(crowd: Trunk, clients: list[Client], django_assert_max_num_queries: Any) -> None:
    number = PhoneNumber.objects.first()
    assert number is not None
    costs = {reverse(f"admin:{kind}_changelist"): LIST for kind in LISTS}
    costs |= {reverse("admin:index"): LIST}
    costs |= {reverse(f"admin:telephony_trunk_{name}", args=[crowd.pk]): PAGE for name in PAGES}
    costs |= {reverse(f"admin:accounts_workspace_{name}", args=[crowd.workspace_id]): PAGE for name in PAGES}
    costs |= {reverse("admin:telephony_phonenumber_change", args=[number.pk]): PAGE}
    for client in clients:
        for url, most in costs.items():
            with django_assert_max_num_queries(most, info=url):
                assert client.get(url).status_code == 200


def test_a_select_reads_one_page(crowd: Trunk, clients: list[Client], django_assert_max_num_queries: Any) -> None:
    query = {"app_label": "telephony", "model_name": "phonenumber", "field_name": "agent", "term": "Agent"}
    for client in clients:
        with django_assert_max_num_queries(LIST):
            found = client.get(reverse("admin:autocomplete"), query).json()
        assert len(found["results"]) < MANY
        assert found["pagination"]["more"]


def test_a_page_shows_a_part_of_many_rows(crowd: Trunk, clients: list[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """A trunk has its numbers a page at a time; counting stops where a list is too long to page through."""
    monkeypatch.setattr("accounts.admin.paginator.COUNTED", 55)
    for client in clients:
        trunk = client.get(reverse("admin:telephony_trunk_change", args=[crowd.pk]))
        shown = [inline.formset for inline in trunk.context["inline_admin_formsets"]]
        numbers = next(formset for formset in shown if formset.model is PhoneNumber)
        assert len(numbers.initial_forms) == 20
        assert numbers.paginator.count == MANY
        answer = client.get(reverse("admin:telephony_phonenumber_changelist"))
        assert answer.context["cl"].result_count == 56
        assert "search or filter to see the rest" in answer.content.decode()
