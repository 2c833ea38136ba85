"""Provider keys in the admin: added, rotated, checked and deleted, never shown; agents choose their workspace's."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Agent, ProviderKey
from telephony.services.agents import create_agent
from telephony.services.provider_keys import create_key
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent

NAME = "admin:telephony_providerkey"
SECRET = "sk-secret-of-acme"
OPENAI = {"name": "Main key", "provider": "openai", "key": SECRET}


@pytest.fixture
def key(acme: Workspace) -> ProviderKey:
    return create_key(acme, OPENAI)


@pytest.fixture
def owner(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def page(key: ProviderKey, name: str = "change") -> str:
    return reverse(f"{NAME}_{name}", args=[key.pk])


def agent_page(agent: Agent) -> str:
    return reverse("admin:telephony_agent_change", args=[agent.pk])


def test_a_key_is_added_rotated_and_never_shown(owner: Client, acme: Workspace) -> None:
    answer = owner.post(reverse(f"{NAME}_add"), {"workspace": acme.pk, **OPENAI, "base_url": "", "region": ""})
    assert answer.status_code == 302, answer.context["errors"]
    key = ProviderKey.objects.get()
    assert key.key == SECRET
    assert owner.post(page(key), {**form_of(owner, page(key)), "name": "Renamed"}).status_code == 302
    key.refresh_from_db()
    assert (key.name, key.key) == ("Renamed", SECRET)
    assert owner.post(page(key), {**form_of(owner, page(key)), "key": "sk-rotated"}).status_code == 302
    key.refresh_from_db()
    assert key.key == "sk-rotated"
    for address in (page(key), reverse(f"{NAME}_changelist"), page(key, "history")):
        shown = owner.get(address).content.decode()
        assert ("Renamed" in shown, "sk-rotated" in shown, SECRET in shown) == (True, False, False)
    assert "key entered" in owner.get(page(key, "history")).content.decode().lower()


def test_what_is_wrong_is_at_its_field(owner: Client, acme: Workspace, key: ProviderKey) -> None:
    sent = {"workspace": acme.pk, "name": "Azure", "provider": "azure", "key": "", "base_url": "", "region": ""}
    assert owner.post(reverse(f"{NAME}_add"), sent).context["adminform"].form.errors.keys() == {"key", "region"}
    moved = owner.post(page(key), {**form_of(owner, page(key)), "base_url": "https://evil.example/v1"})
    assert "again" in moved.context["adminform"].form.errors["key"][0]


def test_a_key_in_use_names_its_agents_and_stays(owner: Client, acme: Workspace, key: ProviderKey) -> None:
    create_agent(acme, {"name": "Reception", "stored_key": key})
    assert "Reception" in owner.get(page(key)).content.decode()
    assert "Reception" in owner.post(page(key, "delete"), {"post": "yes"}).content.decode()
    assert ProviderKey.objects.exists()
    Agent.objects.all().delete()
    owner.post(page(key, "delete"), {"post": "yes"})
    assert not ProviderKey.objects.exists()


def test_a_button_checks_a_key_for_those_who_may(
    owner: Client, signed_in: Browser, acme_viewer: User, outsider: User, key: ProviderKey
) -> None:
    ProviderKey.objects.update(provider_check="valid", provider_check_due_at=None)
    assert owner.post(page(key, "check")).status_code == 302
    key.refresh_from_db()
    assert (key.provider_check, key.provider_check_due_at is not None) == ("unverified", True)
    viewer = signed_in(acme_viewer)
    shown = viewer.get(page(key))
    assert (shown.status_code, b"Check now</" in shown.content) == (200, False)
    assert viewer.post(page(key, "check")).status_code == 403
    stranger = signed_in(outsider)
    assert (stranger.get(page(key)).status_code, stranger.post(page(key, "check")).status_code) == (302, 403)


def test_an_agent_chooses_a_key_of_its_workspace(
    owner: Client, acme: Workspace, globex: Workspace, key: ProviderKey
) -> None:
    agent, foreign = make_agent(acme), create_key(globex, {**OPENAI, "name": "Foreign"})
    fields = form_of(owner, agent_page(agent))
    shown = owner.get(agent_page(agent)).content.decode()
    assert ("Main key" in shown, "Foreign" in shown) == (True, False)
    assert owner.post(agent_page(agent), {**fields, "stored_key": foreign.pk}).status_code == 200
    answer = owner.post(agent_page(agent), {**fields, "stored_key": key.pk})
    assert answer.status_code == 302, answer.context["errors"]
    agent.refresh_from_db()
    assert (agent.stored_key, agent.provider_key) == (key, None)
    moved = {**form_of(owner, agent_page(agent)), "ai_provider": "pipeline", "base_url": "https://evil.example/v1"}
    assert "only" in owner.post(agent_page(agent), moved).context["adminform"].form.errors["stored_key"][0]
    both = {**fields, "stored_key": key.pk, "provider_key": "sk-own"}
    agent.stored_key = None
    agent.save()
    assert "not both" in owner.post(agent_page(agent), both).context["adminform"].form.errors["stored_key"][0]
