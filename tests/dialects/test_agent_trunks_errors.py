"""Errors of the agent-trunk dialect: code, message, status, and which of several comes first."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent, SipEndpoint
from tests.conftest import ApiFor
from tests.dialects.agent_trunks import CUSTOM, ELEVENLABS, OPENAI, TRUNKS
from tests.dialects.providers import Providers

USERNAME = "sip_username may only contain alphanumeric characters and hyphens"
PASSWORD = "sip_password must be at least 8 characters"


def error_of(answer: Any) -> tuple[int, str, str]:
    assert list(answer.json()) == ["error"], answer.content
    error = answer.json()["error"]
    assert list(error) == ["code", "message", "status"]
    assert error["status"] == answer.status_code
    return error["status"], error["code"], error["message"]


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def test_a_missing_field_is_the_documented_error(api: APIClient) -> None:
    expected = 400, "missing_required_field", "sip_password is required"
    assert error_of(api.post(TRUNKS, without(OPENAI, "sip_password"))) == expected
    assert error_of(api.post(TRUNKS, {**OPENAI, "sip_password": ""})) == expected
    assert error_of(api.post(TRUNKS, {**OPENAI, "sip_password": None})) == expected


@pytest.mark.parametrize("name", ["agent prod", "agent_prod", "agént", "a.b", "agent\n", " agent", "a@b"])
def test_an_invalid_username_is_the_documented_error(api: APIClient, name: str) -> None:
    assert error_of(api.post(TRUNKS, {**OPENAI, "sip_username": name})) == (400, "invalid_sip_username", USERNAME)


@pytest.mark.parametrize("name", ["agent-prod-01", "AGENT-prod-01"])
def test_a_taken_username_is_the_documented_error(api: APIClient, providers: Providers, name: str) -> None:
    assert api.post(TRUNKS, {**OPENAI, "sip_username": "agent-prod-01"}).status_code == 201
    expected = 409, "conflict", f"A trunk with sip_username '{name}' already exists"
    assert error_of(api.post(TRUNKS, {**OPENAI, "sip_username": name})) == expected
    assert Agent.objects.count() == 1


def test_a_refused_key_is_the_documented_error_and_leaves_nothing(api: APIClient, providers: Providers) -> None:
    expected = 401, "invalid_provider_credentials", "The provided openai_api_key could not be validated"
    assert error_of(api.post(TRUNKS, {**OPENAI, "openai_api_key": "sk-wrong"})) == expected
    assert not SipEndpoint.objects.exists()
    assert not Agent.objects.exists()


@pytest.mark.parametrize("name", ["elevenlabs_api_key", "elevenlabs_agent_id"])
def test_elevenlabs_refusals_name_what_is_wrong(api: APIClient, providers: Providers, name: str) -> None:
    expected = 401, "invalid_provider_credentials", f"The provided {name} could not be validated"
    assert error_of(api.post(TRUNKS, {**ELEVENLABS, name: "wrong"})) == expected


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (OPENAI, "openai_api_key"),
        (ELEVENLABS, "elevenlabs_api_key"),
        (ELEVENLABS, "elevenlabs_agent_id"),
        (CUSTOM, "custom_endpoint"),
    ],
)
def test_each_provider_needs_its_own_fields(api: APIClient, body: dict[str, Any], name: str) -> None:
    for wrong in (without(body, name), {**body, name: None}, {**body, name: ""}):
        assert error_of(api.post(TRUNKS, wrong)) == (400, "missing_required_field", f"{name} is required")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example.com",
        "ws://a.example.com",
        "wss://10.0.0.1/x",
        "wss://localhost",
        "wss://u:p@a.example.com",
        "x",
    ],
)
def test_a_custom_endpoint_is_public_and_wss(api: APIClient, url: str) -> None:
    status, code, message = error_of(api.post(TRUNKS, {**CUSTOM, "custom_endpoint": url}))
    assert (status, code, message.split(":")[0]) == (400, "invalid_custom_endpoint", "custom_endpoint")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ["x"]}, "invalid_name"),
        ({"name": "x" * 101}, "invalid_name"),
        ({"ai_provider": "pipeline"}, "invalid_ai_provider"),
        ({"sip_username": "a" * 65}, "invalid_sip_username"),
        ({"sip_password": "p" * 129}, "invalid_sip_password"),
        ({"sip_password": "line\nbreak1"}, "invalid_sip_password"),
        ({"openai_api_key": "sk with space"}, "invalid_openai_api_key"),
        ({"openai_api_key": "sk-\u00e9"}, "invalid_openai_api_key"),
        ({"system_prompt": 7 * ["x"]}, "invalid_system_prompt"),
        ({"nmae": "x"}, "invalid_request"),
    ],
)
def test_a_wrong_value_names_its_field(api: APIClient, change: dict[str, Any], code: str) -> None:
    assert error_of(api.post(TRUNKS, {**OPENAI, **change}))[:2] == (400, code)


def test_what_is_wrong_first_is_said_first(api: APIClient, providers: Providers) -> None:
    """Each step repairs what the one before complained of."""
    taken = {**CUSTOM, "sip_username": "taken"}
    assert api.post(TRUNKS, taken).status_code == 201
    body: dict[str, Any] = {"sip_username": "no spaces", "custom_endpoint": "http://10.0.0.1"}
    said = []
    for repair in (
        {},
        {"name": "Agent"},
        {"ai_provider": "elevenlabs"},
        {"sip_password": "short"},
        {"sip_username": "taken"},
        {"sip_password": "s3cur3P@ssw0rd!"},
        {"elevenlabs_api_key": "wrong"},
        {"elevenlabs_agent_id": "agent_xyz789..."},
        {"custom_endpoint": None},
        {"sip_username": "free"},
    ):
        body.update(repair)
        said.append(error_of(api.post(TRUNKS, body))[2])
    assert said == [
        "name is required",
        "ai_provider is required",
        "sip_password is required",
        USERNAME,
        PASSWORD,
        "elevenlabs_api_key is required",
        "elevenlabs_agent_id is required",
        "custom_endpoint: This trunk's ai_provider is elevenlabs, which does not use this field. Remove it.",
        "A trunk with sip_username 'taken' already exists",
        "The provided elevenlabs_api_key could not be validated",
    ]
    assert [key for _, key in providers.asked] == ["wrong"]  # no key is shown before all else is right


def test_a_body_that_is_no_object(api: APIClient) -> None:
    assert error_of(api.post(TRUNKS, [1]))[:2] == (400, "invalid_request")
    broken = api.generic("POST", TRUNKS, "{", content_type="application/json")
    assert error_of(broken)[:2] == (400, "invalid_request")


def test_a_key_is_needed_and_its_scope(api_for: ApiFor, acme: Workspace) -> None:
    nobody = APIClient().post(TRUNKS, {})
    assert error_of(nobody)[:2] == (401, "unauthorized")
    assert nobody["WWW-Authenticate"].startswith("Bearer")
    assert error_of(api_for(acme, Scope.AGENTS_READ).post(TRUNKS, OPENAI))[:2] == (403, "insufficient_scope")
    assert api_for(acme, Scope.AGENTS_READ).get(TRUNKS).status_code == 200


def test_paths_that_lead_nowhere_and_methods_that_are_none(api: APIClient) -> None:
    assert error_of(api.get(f"{TRUNKS}/conn_abc123xyz")) == (404, "not_found", "Trunk 'conn_abc123xyz' not found")
    assert error_of(api.get(f"{TRUNKS}/x/y"))[:2] == (404, "not_found")
    assert error_of(api.put(TRUNKS, {}))[:2] == (405, "method_not_allowed")


def test_a_field_of_another_provider_is_refused_rather_than_dropped(api: APIClient, providers: Providers) -> None:
    answer = api.post(TRUNKS, {**CUSTOM, "openai_api_key": "sk-openai-abc123"}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_openai_api_key")
    assert "does not use this field" in answer.json()["error"]["message"]
