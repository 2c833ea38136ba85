"""A workspace's key goes to its provider and its URL only, whoever changes the agent or the key."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent, ProviderKey
from telephony.services.agent_revisions import restore, revision
from telephony.services.agents import create_agent, update_agent
from telephony.services.errors import Problems
from telephony.services.provider_keys import create_key
from tests.conftest import ApiFor

pytestmark = pytest.mark.django_db

EVIL, HOME = "https://evil.example/v1", "https://models.example.com/v1"
KEY = {"name": "OpenAI", "provider": "openai", "key": "sk-secret-of-acme"}


@pytest.fixture
def writer(api_for: ApiFor, acme: Workspace) -> APIClient:
    """Whoever may change agents, and knows no key."""
    return api_for(acme, Scope.AGENTS_WRITE, Scope.AGENTS_READ)


def codes(found: Any) -> dict[str, str]:
    assert found.status_code == 400, found.json()
    return {one["field"]: one["code"] for one in found.json()["error"]["details"]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"aiProvider": "pipeline", "baseUrl": EVIL}, "key_destination"),
        ({"aiProvider": "openai", "baseUrl": EVIL}, "key_destination"),
        ({"aiProvider": "pipeline", "sttUrl": EVIL}, "key_destination"),
        ({"aiProvider": "pipeline", "ttsUrl": EVIL}, "key_destination"),
        ({"aiProvider": "elevenlabs", "providerAgentId": "a"}, "key_provider"),
        ({"aiProvider": "custom", "customEndpoint": "wss://evil.example/"}, "key_provider"),
    ],
)
def test_no_agent_takes_a_key_elsewhere(writer: APIClient, acme: Workspace, body: dict[str, Any], code: str) -> None:
    key = create_key(acme, KEY)
    made = writer.post("/v1/agents", {"name": "A", "providerKeyId": str(key.pk), **body})
    assert codes(made).keys() == {"providerKeyId"}
    agent = create_agent(acme, {"name": "A", "stored_key": key})
    assert codes(writer.patch(f"/v1/agents/{agent.pk}", body)) == {"providerKeyId": code}
    agent.refresh_from_db()
    assert (agent.ai_provider, agent.base_url) == ("openai", "")
    assert writer.patch(f"/v1/agents/{agent.pk}", {**body, "providerKeyId": None}).status_code == 200


def test_a_key_of_a_server_goes_there_only(writer: APIClient, acme: Workspace) -> None:
    key = create_key(acme, {**KEY, "base_url": HOME})
    body = {"name": "A", "aiProvider": "pipeline", "providerKeyId": str(key.pk)}
    assert codes(writer.post("/v1/agents", body)) == {"providerKeyId": "key_destination"}  # OpenAI would get it
    assert writer.post("/v1/agents", {**body, "baseUrl": HOME + "/", "sttUrl": HOME}).status_code == 201
    refused = writer.post("/v1/agents", {**body, "baseUrl": HOME, "ttsUrl": EVIL})
    assert codes(refused) == {"providerKeyId": "key_destination"}


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("groq", "https://api.groq.com/openai/v1"),
        ("xai", "https://api.x.ai/v1"),
        ("gemini", "https://generativelanguage.googleapis.com/v1beta/openai"),
    ],
)
def test_a_pipeline_sends_a_key_to_the_openai_api_of_its_provider(
    writer: APIClient, acme: Workspace, provider: str, url: str
) -> None:
    key = create_key(acme, {"name": "Key", "provider": provider, "key": "k-1"})
    body = {"name": "A", "aiProvider": "pipeline", "providerKeyId": str(key.pk)}
    assert writer.post("/v1/agents", {**body, "baseUrl": url}).status_code == 201
    for wrong in ({"baseUrl": EVIL}, {"baseUrl": ""}, {"baseUrl": url, "sttUrl": EVIL}):
        assert codes(writer.post("/v1/agents", {**body, **wrong})) == {"providerKeyId": "key_destination"}
    assert codes(writer.post("/v1/agents", {**body, "aiProvider": "openai", "baseUrl": url})) == {
        "providerKeyId": "key_provider"
    }


def test_a_key_moves_only_unused_and_entered_again(api: APIClient, acme: Workspace) -> None:
    key = create_key(acme, KEY)
    path = f"/v1/provider-keys/{key.pk}"
    assert codes(api.patch(path, {"baseUrl": EVIL})) == {"key": "secret_required"}
    assert codes(api.patch(path, {"provider": "groq"})) == {"provider": "invalid"}
    agent = create_agent(acme, {"name": "Reception", "stored_key": key})
    used = api.patch(path, {"baseUrl": EVIL, "key": "sk-new"})
    assert (used.status_code, used.json()["error"]["code"]) == (409, "key_in_use")
    update_agent(agent, {"stored_key": None})
    assert api.patch(path, {"baseUrl": EVIL, "key": "sk-new"}).status_code == 200
    key = ProviderKey.objects.get()
    assert (key.base_url, key.key) == (EVIL, "sk-new")


def test_a_restored_revision_takes_no_key_elsewhere(acme: Workspace) -> None:
    agent = create_agent(acme, {"name": "A", "ai_provider": "pipeline", "base_url": EVIL})
    update_agent(agent, {"base_url": "", "stored_key": create_key(acme, KEY)})
    agent = Agent.objects.get(pk=agent.pk)
    restored = restore(agent, revision(agent, 1), "", Problems())
    assert (restored.base_url, restored.stored_key_id) == (EVIL, None)
