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


@pytest.fixture(params=["superuser", "acme_owner"])
def client(request: pytest.FixtureRequest, signed_in: Browser) -> Client:
    return signed_in(request.getfixturevalue(request.param))


def test_lists(crowd: Trunk, client: Client, django_assert_max_num_queries: Any) -> None:
    for kind in LISTS:
        with django_assert_max_num_queries(LIST, info=kind):
            assert client.get(reverse(f"admin:{kind}_changelist")).status_code == 200


def test_home(crowd: Trunk, client: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(LIST):
        assert client.get(reverse("admin:index")).status_code == 200


def test_a_large_trunk(crowd: Trunk, client: Client, django_assert_max_num_queries: Any) -> None:
    for name in PAGES:
        with django_assert_max_num_queries(PAGE, info=name):
            assert client.get(reverse(f"admin:telephony_trunk_{name}", args=[crowd.pk])).status_code == 200


def test_a_large_workspace(crowd: Trunk, acme: Workspace, client: Client, django_assert_max_num_queries: Any) -> None:
    for name in PAGES:
        with django_assert_max_num_queries(PAGE, info=name):
            assert client.get(reverse(f"admin:accounts_workspace_{name}", args=[acme.pk])).status_code == 200


def test_a_number(crowd: Trunk, client: Client, django_assert_max_num_queries: Any) -> None:
    number = PhoneNumber.objects.first()
    assert number is not None
    with django_assert_max_num_queries(PAGE):
        assert client.get(reverse("admin:telephony_phonenumber_change", args=[number.pk])).status_code == 200


def test_a_select_reads_one_page(crowd: Trunk, client: Client, django_assert_max_num_queries: Any) -> None:
    query = {"app_label": "telephony", "model_name": "phonenumber", "field_name": "agent", "term": "Agent"}
    with django_assert_max_num_queries(LIST):
        found = client.get(reverse("admin:autocomplete"), query).json()
    assert len(found["results"]) < MANY
    assert found["pagination"]["more"]


def test_a_trunk_page_shows_its_numbers_a_page_at_a_time(crowd: Trunk, client: Client) -> None:
    url = reverse("admin:telephony_trunk_change", args=[crowd.pk])
    shown = [inline.formset for inline in client.get(url).context["inline_admin_formsets"]]
    numbers = next(formset for formset in shown if formset.model is PhoneNumber)
    assert len(numbers.initial_forms) == 20
    assert numbers.paginator.count == MANY


def test_counting_stops_where_a_list_becomes_too_long_to_page_through(
    crowd: Trunk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin.paginator.COUNTED", 55)
    answer = client.get(reverse("admin:telephony_phonenumber_changelist"))
    assert answer.context["cl"].result_count == 56
    assert "search or filter to see the rest" in answer.content.decode()
