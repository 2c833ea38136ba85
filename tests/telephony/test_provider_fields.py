"""What an agent's provider does not use is refused when it is given, by name; what is stored may stay."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from agents.choices import AiProvider
from agents.providers.fields import USED_BY
from telephony.api.agent_serializers import AgentSerializer
from telephony.models import Agent, AnalysisTemplate, ProviderKey
from telephony.services.agents import create_agent
from tests.telephony.conftest import AGENTS

pytestmark = pytest.mark.django_db

JSON_NAMES = {str(field.source): name for name, field in AgentSerializer().fields.items()}
KEY = "6f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
GIVEN: dict[str, Any] = {
    "stored_key": KEY,
    "provider_agent_id": "agent_1",
    "custom_endpoint": "wss://bot.example.com/voice",
    "base_url": "https://models.example.com/v1",
    "stt_url": "https://models.example.com/v1",
    "tts_url": "https://models.example.com/v1",
    "llm_model": "m",
    "stt_model": "m",
    "tts_model": "m",
    "stt_provider": "deepgram",
    "stt_key": KEY,
    "tts_provider": "deepgram",
    "tts_key": KEY,
    "embedding_model": "m",
    "voicemail_action": "hang_up",
    "voicemail_message": "Call us.",
    "silence_prompt": "Hello?",
    "tools": [{"name": "find", "description": "Finds.", "url": "https://api.example.com/find"}],
    "transfers": [{"name": "sales", "to": "+12025550123"}],
    "sends_digits": True,
    "analyzes_calls": True,
    "analysis_model": "m",
    "analysis_schema": {"type": "object"},
    "analysis_template": KEY,
}
EMPTY: dict[str, Any] = {
    "stored_key": None, "stt_key": None, "tts_key": None, "analysis_template": None,
    "tools": [], "transfers": [], "sends_digits": False, "analyzes_calls": False,
    "analysis_schema": {},
}  # fmt: skip
UNUSED = [(one.value, name) for name, used in USED_BY.items() for one in AiProvider if one not in used]


def test_there_is_a_case_for_each_field_that_some_provider_does_not_use() -> None:
    assert GIVEN.keys() == USED_BY.keys()


@pytest.fixture(autouse=True)
def _key(acme: Workspace) -> None:
    ProviderKey.objects.create(pk=KEY, workspace=acme, name="Key", provider="openai", key="sk-1")
    AnalysisTemplate.objects.create(pk=KEY, workspace=acme, name="Payments", schema={"type": "object"})


def refused(answer: Any) -> tuple[str, str]:
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["code"]) == (400, "provider")
    return detail["field"], detail["message"]


@pytest.mark.parametrize(("provider", "name"), UNUSED)
def test_a_field_without_effect_is_refused_with_the_remedy(
    api: APIClient, acme: Workspace, provider: str, name: str
) -> None:
    agent = create_agent(acme, {"name": "Agent", "ai_provider": provider})
    for answer in (
        api.post(AGENTS, {"name": "Agent", "aiProvider": provider, JSON_NAMES[name]: GIVEN[name]}),
        api.patch(f"{AGENTS}/{agent.pk}", {JSON_NAMES[name]: GIVEN[name]}),
    ):
        field, words = refused(answer)
        assert field == JSON_NAMES[name]
        assert provider in words
        assert f"choose {USED_BY[name][0].value}" in words


@pytest.mark.parametrize(("provider", "name"), UNUSED)
def test_what_equals_the_default_is_let_pass(api: APIClient, provider: str, name: str) -> None:
    body = {"name": "Agent", "aiProvider": provider, JSON_NAMES[name]: EMPTY.get(name, "")}
    assert api.post(AGENTS, body).status_code == 201


def test_what_is_stored_stays_and_is_named_where_the_provider_changes(api: APIClient, acme: Workspace) -> None:
    agent = create_agent(acme, {"name": "Agent", "ai_provider": "pipeline", "stt_model": "s-1", "tts_model": "t-1"})
    address = f"{AGENTS}/{agent.pk}"
    changed = api.patch(address, {"aiProvider": "openai"}).json()
    assert changed["ttsModel"] == "t-1"
    (warning,) = changed["warnings"]
    assert "not used by OpenAI Realtime: speech synthesis model" in warning
    shown = api.get(address).json()
    own = {name: value for name, value in shown.items() if name not in ("id", "hasProviderKey", "providerCheck")}
    own.pop("warnings")
    assert api.patch(address, {**own, "name": "New"}).status_code == 200
    assert refused(api.patch(address, {"ttsModel": "t-2"}))[0] == "ttsModel"
    assert api.patch(address, {"ttsModel": ""}).status_code == 200
    assert Agent.objects.get(pk=agent.pk).tts_model == ""


def test_every_field_without_effect_is_named_at_once(api: APIClient) -> None:
    body = {"name": "Agent", "aiProvider": "custom", "sttUrl": "https://m.example.com", "tools": GIVEN["tools"]}
    details = api.post(AGENTS, body).json()["error"]["details"]
    assert {detail["field"] for detail in details} == {"sttUrl", "tools"}
