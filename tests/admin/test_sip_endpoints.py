"""SIP endpoints in the admin: where they stand, a password that is shown once, and who may do what."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from agents.choices import ProviderCheck
from telephony.choices import TrunkStatus
from telephony.models import Agent, SipEndpoint
from telephony.services.endpoints import connect_agent
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import PROVIDER_KEY, SIP_PASSWORD, make_agent

ADD, LIST = "admin:telephony_sipendpoint_add", "admin:telephony_sipendpoint_changelist"


@pytest.fixture
def endpoint(acme: Workspace) -> SipEndpoint:
    data = {"name": "Reception", "sip_username": "reception", "sip_password": SIP_PASSWORD}
    return connect_agent(make_agent(acme), data)


@pytest.fixture
def owner(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def page(endpoint: SipEndpoint, name: str = "change") -> str:
    return reverse(f"admin:telephony_sipendpoint_{name}", args=[endpoint.pk])


def new(agent: Agent) -> dict[str, Any]:
    return {"agent": agent.pk, "name": "Sales", "sip_username": "sales", "sip_password": "long enough"}


def test_list_and_page_tell_the_address_and_the_state_and_no_secret(owner: Client, endpoint: SipEndpoint) -> None:
    Agent.objects.update(provider_check=ProviderCheck.REFUSED)
    listed, shown = owner.get(reverse(LIST)).content.decode(), owner.get(page(endpoint)).content.decode()
    for text in (listed, shown):
        assert "reception.acme@sip.localhost" in text
        assert SIP_PASSWORD not in text
        assert PROVIDER_KEY not in text
    assert "Refused" in listed
    assert "The AI provider rejected this agent's API key." in shown


def test_an_agent_gets_an_endpoint(owner: Client, acme: Workspace) -> None:
    agent = make_agent(acme)
    answer = owner.post(reverse(ADD), new(agent))
    assert answer.status_code == 302, answer.context["errors"]
    made = SipEndpoint.objects.get()
    assert (made.agent, made.workspace, made.sip_password) == (agent, acme, "long enough")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sip_username": "no spaces"}, "sip_username"),
        ({"sip_username": "Reception"}, "sip_username"),
        ({"sip_password": ""}, "sip_password"),
        ({"sip_password": "short"}, "sip_password"),
        ({"agent": ""}, "agent"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    owner: Client, acme: Workspace, endpoint: SipEndpoint, change: dict[str, str], field: str
) -> None:
    answer = owner.post(reverse(ADD), {**new(make_agent(acme, "Other")), **change})
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert SipEndpoint.objects.count() == 1


def test_an_empty_password_keeps_the_stored_one(owner: Client, endpoint: SipEndpoint) -> None:
    answer = owner.post(page(endpoint), {**form_of(owner, page(endpoint)), "name": "Front desk"})
    assert answer.status_code == 302, answer.context["errors"]
    endpoint = SipEndpoint.objects.get()
    assert (endpoint.name, endpoint.sip_password) == ("Front desk", SIP_PASSWORD)


def test_a_new_password_is_shown_once(owner: Client, endpoint: SipEndpoint) -> None:
    answer = owner.post(page(endpoint, "rotate"))
    password = SipEndpoint.objects.get().sip_password
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert password != SIP_PASSWORD
    assert password in answer.content.decode()
    assert password not in owner.get(page(endpoint)).content.decode()


def test_deleting_leaves_the_agent(owner: Client, endpoint: SipEndpoint) -> None:
    owner.post(page(endpoint, "delete"), {"post": "yes"})
    assert (SipEndpoint.objects.count(), Agent.objects.count()) == (0, 1)


@pytest.mark.parametrize(("role", "status"), [(Role.OPERATOR, 302), (Role.VIEWER, 403)])
def test_an_operator_provisions_it_again(
    acme: Workspace, endpoint: SipEndpoint, signed_in: Browser, role: Role, status: int
) -> None:
    SipEndpoint.objects.update(status=TrunkStatus.FAILED, last_error="Refused.")
    person = User.objects.create_user("p@acme.example", "a long password", is_staff=True)
    Membership.objects.create(user=person, workspace=acme, role=role)
    browser = signed_in(person)
    assert (page(endpoint, "provision") in browser.get(page(endpoint)).content.decode()) is (status == 302)
    assert browser.get(page(endpoint, "provision")).status_code == 403
    assert browser.post(page(endpoint, "provision")).status_code == status
    endpoint.refresh_from_db()
    assert endpoint.status == (TrunkStatus.PENDING if status == 302 else TrunkStatus.FAILED)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
def test_only_an_admin_rotates(acme: Workspace, endpoint: SipEndpoint, signed_in: Browser, role: Role) -> None:
    person = User.objects.create_user("p@acme.example", "a long password", is_staff=True)
    Membership.objects.create(user=person, workspace=acme, role=role)
    assert signed_in(person).post(page(endpoint, "rotate")).status_code == 403
    assert SipEndpoint.objects.get().sip_password == SIP_PASSWORD


def test_an_outsider_neither_rotates_nor_connects_an_agent(
    outsider: User, acme: Workspace, endpoint: SipEndpoint, signed_in: Browser
) -> None:
    Membership.objects.create(user=outsider, workspace=acme, role=Role.VIEWER)  # may look, and no more
    browser = signed_in(outsider)
    for button in ("rotate", "provision"):
        assert browser.post(page(endpoint, button)).status_code == 403
    answer = browser.post(reverse(ADD), new(make_agent(acme, "Other")))
    assert "agent" in answer.context["adminform"].form.errors
    assert SipEndpoint.objects.get() == endpoint
