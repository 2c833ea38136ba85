"""A key that is stored for an endpoint goes to no other: it is given again or cleared, by the native API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent
from tests.conftest import ApiFor
from tests.dialects.agent_trunks import CUSTOM, TRUNKS

HERE, EVIL = CUSTOM["custom_endpoint"], "wss://evil.example.com/voice"
KEY = "bearer-of-the-owner"


@pytest.fixture
def trunk(api: APIClient) -> str:
    """The path of a trunk whose agent has a key."""
    path = f"{TRUNKS}/{api.post(TRUNKS, CUSTOM).json()['id']}"
    assert native(api, {"providerKey": KEY}).status_code == 200
    return path


def native(api: APIClient, body: dict[str, Any]) -> Any:
    return api.patch(f"/v1/agents/{Agent.objects.get().pk}", body)


def stored() -> tuple[str | None, str]:
    agent = Agent.objects.get()
    return agent.provider_key, agent.custom_endpoint


@pytest.mark.parametrize("url", [EVIL, "wss://your-agent.example.com:8443/voice", "wss://your-agent.example.com/evil"])
def test_another_endpoint_is_refused_and_the_remedy_named(
    api_for: ApiFor, acme: Workspace, trunk: str, url: str
) -> None:
    writer = api_for(acme, Scope.AGENTS_WRITE, Scope.AGENTS_READ, Scope.WORKSPACE_ADMIN)
    answer = writer.patch(trunk, {"name": "New", "custom_endpoint": url})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid_custom_endpoint")
    assert "PATCH /v1/agents/{id}" in error["message"]
    assert stored() == (KEY, HERE)
    assert KEY not in answer.content.decode()


def test_a_wrong_address_is_told_before_the_key(api: APIClient, trunk: str) -> None:
    message = api.patch(trunk, {"custom_endpoint": "http://10.0.0.1/x"}).json()["error"]["message"]
    assert "key is stored" not in message
    assert stored() == (KEY, HERE)


@pytest.mark.parametrize("url", [HERE, "wss://YOUR-agent.example.com:443/voice/"])
def test_the_same_endpoint_in_another_spelling_keeps_the_key(api: APIClient, trunk: str, url: str) -> None:
    assert api.patch(trunk, {"custom_endpoint": url, "name": "New"}).status_code == 200
    assert stored()[0] == KEY


def test_a_key_that_is_cleared_lets_the_endpoint_move(api: APIClient, trunk: str) -> None:
    assert native(api, {"providerKey": ""}).status_code == 200
    assert api.patch(trunk, {"custom_endpoint": EVIL}).status_code == 200
    assert stored()[1] == EVIL
    assert not stored()[0]


def test_a_key_that_is_given_again_goes_along(api: APIClient, trunk: str) -> None:
    assert native(api, {"customEndpoint": EVIL, "providerKey": "another"}).status_code == 200
    assert stored() == ("another", EVIL)


def test_without_a_key_the_endpoint_moves(api: APIClient) -> None:
    path = f"{TRUNKS}/{api.post(TRUNKS, CUSTOM).json()['id']}"
    assert api.patch(path, {"custom_endpoint": EVIL}).status_code == 200


def test_an_outsider_moves_nothing(outsider_api: APIClient, trunk: str) -> None:
    assert outsider_api.patch(trunk, {"custom_endpoint": EVIL}).status_code == 404
    assert stored() == (KEY, HERE)
