"""An agent's keys go where they were given for: another provider or address needs the key again."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent, ToolSecret
from telephony.services.agents import create_agent
from telephony.services.tool_secrets import tool_secret
from tests.conftest import ApiFor

EVIL = "https://evil.example/v1"
MOVES: list[dict[str, Any]] = [
    {"baseUrl": EVIL},
    {"baseUrl": ""},
    {"baseUrl": "https://models.example.com/v2"},
    {"baseUrl": "https://models.example.com:8443/v1"},
    {"sttUrl": EVIL},
    {"ttsUrl": EVIL},
    {"aiProvider": "openai"},
    {"aiProvider": "elevenlabs"},
    {"aiProvider": "custom", "customEndpoint": "wss://evil.example/voice"},
    {"baseUrl": EVIL, "sttUrl": EVIL, "name": "New"},
]
STAYS: list[dict[str, Any]] = [
    {"name": "New"},
    {"baseUrl": "https://MODELS.example.com:443/v1/"},
    {"baseUrl": "https://models.example.com/v1", "sttUrl": "", "ttsUrl": ""},
    {"aiProvider": "pipeline"},
    {"llmModel": "another", "voice": "another"},
]
TOOL = {"name": "find_order", "description": "Finds an order.", "url": "https://api.example.com/orders"}
OTHER_TOOL = {"name": "send_mail", "description": "Sends it.", "url": "https://evil.example/mail"}


@pytest.fixture
def keyed(acme: Workspace) -> Agent:
    data = {"name": "Keyed", "ai_provider": "pipeline", "base_url": "https://models.example.com/v1"}
    return create_agent(acme, {**data, "provider_key": "sk-of-the-owner"})


@pytest.fixture
def writer(api_for: ApiFor, acme: Workspace) -> APIClient:
    """Whoever may change agents, and knows none of their keys."""
    return api_for(acme, Scope.AGENTS_WRITE, Scope.AGENTS_READ)


def patch(api: APIClient, agent: Agent, body: dict[str, Any]) -> Any:
    answer = api.patch(f"/v1/agents/{agent.pk}", body)
    agent.refresh_from_db()
    return answer


@pytest.mark.parametrize("body", MOVES)
def test_another_destination_needs_the_key_again(writer: APIClient, keyed: Agent, body: dict[str, Any]) -> None:
    answer = patch(writer, keyed, body)
    assert answer.status_code == 400
    [found] = answer.json()["error"]["details"]
    assert (found["field"], found["code"]) == ("providerKey", "secret_required")
    assert "again" in found["message"]
    assert (keyed.base_url, keyed.ai_provider) == ("https://models.example.com/v1", "pipeline")
    assert keyed.provider_key == "sk-of-the-owner"


@pytest.mark.parametrize("body", STAYS)
def test_the_same_destination_keeps_the_key(writer: APIClient, keyed: Agent, body: dict[str, Any]) -> None:
    assert patch(writer, keyed, body).status_code == 200
    assert keyed.provider_key == "sk-of-the-owner"


@pytest.mark.parametrize(("key", "has"), [("sk-of-the-owner", True), ("sk-new", True), (None, False), ("", False)])
def test_a_key_that_is_given_again_or_cleared_lets_it_move(
    writer: APIClient, keyed: Agent, key: str | None, has: bool
) -> None:
    answer = patch(writer, keyed, {"baseUrl": EVIL, "providerKey": key})
    assert (answer.status_code, answer.json()["hasProviderKey"]) == (200, has)
    assert (keyed.base_url, keyed.provider_key) == (EVIL, key or None)


def test_without_a_key_everything_may_move(writer: APIClient, keyed: Agent) -> None:
    patch(writer, keyed, {"providerKey": None})
    for body in ({"baseUrl": EVIL}, {"aiProvider": "openai"}):
        assert patch(writer, keyed, body).status_code == 200


def test_a_wrong_address_is_told_before_the_key_is_asked_for(writer: APIClient, keyed: Agent) -> None:
    details = patch(writer, keyed, {"baseUrl": "https://10.0.0.1/"}).json()["error"]["details"]
    assert [one["field"] for one in details] == ["baseUrl"]


def test_a_tool_that_moves_ends_the_secret_of_the_tools(writer: APIClient, keyed: Agent) -> None:
    patch(writer, keyed, {"tools": [TOOL]})
    former = tool_secret(keyed)
    for tools in ([TOOL, OTHER_TOOL], [{**TOOL, "url": "https://evil.example/orders"}]):
        answer = patch(writer, keyed, {"tools": tools})
        assert answer.status_code == 200
        [warning] = answer.json()["warnings"]
        assert "secret" in warning
        assert tool_secret(keyed) != former
        ToolSecret.objects.filter(agent=keyed).update(secret=former)
        patch(writer, keyed, {"tools": [TOOL]})
        ToolSecret.objects.update_or_create(agent=keyed, defaults={"secret": former})


@pytest.mark.parametrize(
    "tools", [[], [TOOL], [{**TOOL, "description": "Other words."}], [{**TOOL, "url": TOOL["url"] + "/"}]]
)
def test_tools_that_stay_where_they_are_keep_their_secret(
    writer: APIClient, keyed: Agent, tools: list[dict[str, Any]]
) -> None:
    patch(writer, keyed, {"tools": [TOOL]})
    former = tool_secret(keyed)
    assert patch(writer, keyed, {"tools": tools}).json()["warnings"] == []
    assert tool_secret(keyed) == former


def test_a_secret_that_was_fetched_before_the_first_tool_stays(writer: APIClient, keyed: Agent) -> None:
    former = writer.post(f"/v1/agents/{keyed.pk}/tool-secret").json()["secret"]
    assert patch(writer, keyed, {"tools": [TOOL]}).json()["warnings"] == []
    assert tool_secret(keyed) == former
