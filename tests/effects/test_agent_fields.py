"""Each writable field of an agent is seen in what the worker is told, or where the field says."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from agents.choices import AiProvider
from agents.knowledge.embeddings import Embedder
from agents.providers.fields import USED_BY
from calls.choices import CallStatus
from calls.models import Call
from calls.services.agent_of_call import check_agent_of
from calls.services.worker_session import instructions
from calls.transfers.by_agent import transfer_as_agent
from telephony.api.agent_serializers import AgentSerializer, AgentTransferSerializer, ToolSerializer
from telephony.models import Agent, AnalysisTemplate, ProviderKey
from telephony.selectors import stand_ins
from telephony.services.errors import Problems
from telephony.services.numbers import update_number
from tests.calls.conftest import make_line
from tests.effects.test_trunk_fields import writable
from tests.effects.watching import analyzed, arrives, tool_called, transferred
from tests.telephony.conftest import AGENTS

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Told:
    """What the worker is told of an agent, and its row for what others ask of it."""

    agent: dict[str, Any]
    provider: dict[str, Any]
    row: Agent
    call: Call


_NUMBERS = count(100)
_NAMES = {str(field.source): name for name, field in AgentSerializer().fields.items()}
USED = {_NAMES[name]: providers for name, providers in USED_BY.items()}
KEYS = {
    "openai": "6f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2", "elevenlabs": "6f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d3",
    "deepgram": "6f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d4",
}  # fmt: skip
Case = tuple[dict[str, Any], Callable[[Told], Any], Any]  # what is sent, where to look, what is there
CUSTOM = {"aiProvider": "custom", "customEndpoint": "wss://bot.example.com/voice"}
PIPELINE = {"aiProvider": "pipeline"}
HEARS = {**PIPELINE, "sttProvider": "deepgram", "sttKeyId": KEYS["deepgram"]}
SPEAKS = {**PIPELINE, "ttsProvider": "deepgram", "ttsKeyId": KEYS["deepgram"]}
TOOL = {"name": "find", "description": "Finds.", "url": "https://api.example.com/find"}
SALES = {"name": "sales", "description": "Prices", "to": "+12025550123"}
SCHEMA = {"type": "object", "properties": {"paid": {"type": "boolean"}}}


def _fields(told: Told) -> Any:
    """Return the fields that the analysis endpoint is asked for."""
    asked = analyzed(told.call).get("response_format", {}).get("json_schema", {})
    return asked.get("schema", {}).get("properties", {}).get("fields")


def _tool(told: Told) -> dict[str, Any]:
    return next(iter(told.agent["tools"]), {})


def _sales(told: Told) -> dict[str, Any]:
    return next(iter(told.agent["transfers"]), {})


def _handed_over(told: Told) -> Any:
    """Return what LiveKit is asked for when the agent hands its call over."""
    return transferred(told.call, lambda: transfer_as_agent(told.call, "sales"))


def _speech(told: Told, kind: str, name: str) -> Any:
    return (told.provider[kind] or {}).get(name)


def _embedded_by(told: Told) -> str:
    """Return the model whose vectors questions and knowledge are compared by."""
    embedder = Embedder.of(told.row)
    return embedder.model if embedder else ""


def _required(told: Told) -> list[str]:
    """Return what a call without variables is refused for."""
    check_agent_of(told.call, problems := Problems())
    return list(problems)


AGENT: dict[str, Case] = {
    "name": ({"name": "Ada"}, lambda told: told.agent["name"], "Ada"),
    "direction": ({"direction": "outbound"}, lambda told: told.row in stand_ins(), False),
    "systemPrompt": ({"systemPrompt": "Be kind."}, lambda told: told.agent["systemPrompt"], "Be kind."),
    "greeting": ({"greeting": "Hi"}, lambda told: told.agent["greeting"], "Hi"),
    "requireVariables": (
        {"requireVariables": True, "greeting": "Hi {{name}}"}, lambda told: _required(told), ["variables.name"],
    ),
    "voice": ({"voice": "coral"}, lambda told: told.agent["voice"], "coral"),
    "language": ({"language": "de-DE"}, lambda told: told.agent["language"], "de-DE"),
    "aiProvider": (PIPELINE, lambda told: told.provider["kind"], "pipeline"),
    "providerKey": ({"providerKey": "sk-1"}, lambda told: told.provider["key"], "sk-1"),
    "providerKeyId": ({"providerKeyId": KEYS["openai"]}, lambda told: told.provider["key"], "sk-of-acme"),
    "providerAgentId": (
        {"aiProvider": "elevenlabs", "providerAgentId": "agent_1"}, lambda told: told.provider["agentId"], "agent_1",
    ),
    "customEndpoint": (CUSTOM, lambda told: told.provider["endpoint"], "wss://bot.example.com/voice"),
    "baseUrl": (
        {**PIPELINE, "baseUrl": "https://m.example.com/v1"},
        lambda told: told.provider["baseUrl"],
        "https://m.example.com/v1",
    ),
    "sttUrl": (
        {**PIPELINE, "sttUrl": "https://s.example.com"}, lambda told: told.provider["sttUrl"], "https://s.example.com",
    ),
    "ttsUrl": (
        {**PIPELINE, "ttsUrl": "https://t.example.com"}, lambda told: told.provider["ttsUrl"], "https://t.example.com",
    ),
    "llmModel": ({"llmModel": "m-1"}, lambda told: told.provider["llmModel"], "m-1"),
    "sttModel": ({**PIPELINE, "sttModel": "s-1"}, lambda told: told.provider["sttModel"], "s-1"),
    "ttsModel": ({**PIPELINE, "ttsModel": "t-1"}, lambda told: told.provider["ttsModel"], "t-1"),
    "sttProvider": (HEARS, lambda told: _speech(told, "stt", "provider"), "deepgram"),
    "sttKeyId": (HEARS, lambda told: _speech(told, "stt", "key"), "sk-of-acme"),
    "ttsProvider": (SPEAKS, lambda told: _speech(told, "tts", "provider"), "deepgram"),
    "ttsKeyId": (SPEAKS, lambda told: _speech(told, "tts", "key"), "sk-of-acme"),
    "embeddingModel": ({"embeddingModel": "e-1"}, lambda told: _embedded_by(told), "e-1"),
    "voicemailAction": ({"voicemailAction": "hang_up"}, lambda told: told.agent["voicemail"]["action"], "hang_up"),
    "voicemailMessage": (
        {"voicemailAction": "leave_message", "voicemailMessage": "Call us."},
        lambda told: told.agent["voicemail"]["message"],
        "Call us.",
    ),
    "silenceSeconds": ({"silenceSeconds": 25}, lambda told: told.agent["silence"]["seconds"], 25),
    "silencePrompt": ({"silencePrompt": "Hello?"}, lambda told: told.agent["silence"]["prompt"], "Hello?"),
    "silencePrompts": ({"silencePrompts": 5}, lambda told: told.agent["silence"]["prompts"], 5),
    "tools": ({"tools": [TOOL]}, lambda told: [one["name"] for one in told.agent["tools"]], ["find"]),
    "transfers": ({"transfers": [SALES]}, lambda told: [one["name"] for one in told.agent["transfers"]], ["sales"]),
    "sendsDigits": ({"sendsDigits": True}, lambda told: told.agent["sendsDigits"], True),
    "analyzesCalls": ({"analyzesCalls": True}, lambda told: analyzed(told.call).keys() >= {"messages"}, True),
    "analysisModel": (
        {"analyzesCalls": True, "analysisModel": "a-1"}, lambda told: analyzed(told.call).get("model"), "a-1",
    ),
    "analysisSchema": ({"analyzesCalls": True, "analysisSchema": SCHEMA}, lambda told: _fields(told), SCHEMA),
    "analysisTemplateId": (
        {"analyzesCalls": True, "analysisTemplateId": KEYS["openai"]}, lambda told: _fields(told), SCHEMA,
    ),
    "active": ({"active": False}, lambda told: told.row in stand_ins(), False),
    "revisionNote": ({"revisionNote": "First."}, lambda told: Agent.history.get(id=told.row.pk).note, "First."),
}  # fmt: skip

TOOLS: dict[str, Case] = {
    "name": ({"name": "order"}, lambda told: _tool(told).get("name"), "order"),
    "description": ({"description": "Asks."}, lambda told: _tool(told).get("description"), "Asks."),
    "parameters": ({"parameters": SCHEMA}, lambda told: _tool(told).get("parameters"), SCHEMA),
    "url": ({"url": "https://b.example/"}, lambda told: tool_called(told.call, "find")[0], "https://b.example/"),
    "body": ({"body": {"a": "{{direction}}"}}, lambda told: tool_called(told.call, "find")[1], {"a": "inbound"}),
}  # fmt: skip
TRANSFERS: dict[str, Case] = {
    "name": ({"name": "desk"}, lambda told: _sales(told).get("name"), "desk"),
    "description": ({"description": "Help"}, lambda told: _sales(told).get("description"), "Help"),
    "to": ({"to": "+12025550199"}, lambda told: _handed_over(told).transfer_to, "tel:+12025550199"),
    "mode": ({"mode": "warm"}, lambda told: _handed_over(told).DESCRIPTOR.name, "CreateSIPParticipantRequest"),
    "transferHeaders": (
        {"transferHeaders": {"X-A": "1"}}, lambda told: dict(_handed_over(told).headers), {"X-A": "1"},
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _keys(acme: Workspace) -> None:
    for provider, pk in KEYS.items():
        ProviderKey.objects.create(pk=pk, workspace=acme, name=provider, provider=provider, key="sk-of-acme")
    AnalysisTemplate.objects.create(pk=KEYS["openai"], workspace=acme, name="Payments", schema=SCHEMA)


def tell(api: APIClient, acme: Workspace, body: dict[str, Any]) -> Told:
    answer = api.post(AGENTS, {"name": "Agent", **body}, format="json")
    assert answer.status_code == 201, answer.json()
    agent = Agent.objects.get(pk=answer.json()["id"])
    line = make_line(acme, number=f"+1202555{next(_NUMBERS):04}")
    update_number(line.number, {"agent": agent})
    call = arrives(line.trunk, line.number.number)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, agent=agent)
    call = Call.objects.select_related("workspace", "agent", "project").get(pk=call.pk)
    told = instructions(call)
    return Told(told["agent"], told["provider"], agent, call)


def test_every_writable_field_of_an_agent_has_its_effect_below() -> None:
    assert writable(AgentSerializer) == AGENT.keys()
    assert writable(ToolSerializer) == TOOLS.keys()
    assert writable(AgentTransferSerializer) == TRANSFERS.keys()


@pytest.mark.parametrize("field", AGENT)
def test_a_field_of_an_agent_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    body, look, expected = AGENT[field]
    assert look(tell(api, acme, {})) != expected
    assert look(tell(api, acme, body)) == expected


@pytest.mark.parametrize("field", TOOLS)
def test_a_field_of_a_tool_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    change, look, expected = TOOLS[field]
    assert look(tell(api, acme, {"tools": [TOOL]})) != expected
    assert look(tell(api, acme, {"tools": [{**TOOL, **change}]})) == expected


@pytest.mark.parametrize("field", TRANSFERS)
def test_a_field_of_an_agents_transfer_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    change, look, expected = TRANSFERS[field]
    assert look(tell(api, acme, {"transfers": [SALES]})) != expected
    assert look(tell(api, acme, {"transfers": [{**SALES, **change}]})) == expected


@pytest.mark.parametrize("provider", AiProvider.values)
@pytest.mark.parametrize("field", [name for name in AGENT if name not in ("aiProvider", "analysisModel")])
def test_with_each_provider_a_field_is_seen_or_refused(
    api: APIClient, acme: Workspace, field: str, provider: str
) -> None:
    body, look, expected = AGENT[field]
    body = {**body, "aiProvider": provider}
    if field == "providerKeyId":
        body[field] = KEYS.get(provider, KEYS["openai"])
    answer = api.post(AGENTS, {"name": "Agent", **body}, format="json")
    if answer.status_code == 201:
        assert look(tell(api, acme, body)) == expected
    else:
        assert field in {detail["field"] for detail in answer.json()["error"]["details"]}
        assert provider not in USED[field]
