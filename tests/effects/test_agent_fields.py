"""Each writable field of an agent is seen in what the worker is told, or where the field says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.analysis.language_model import LanguageModel
from calls.choices import CallStatus, Direction
from calls.models import Call
from calls.services.worker_session import instructions
from telephony.api.serializers import AgentSerializer
from telephony.models import Agent
from telephony.selectors import stand_ins
from tests.effects.test_trunk_fields import writable
from tests.telephony.conftest import AGENTS

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Told:
    """What the worker is told of an agent, and its row for what others ask of it."""

    agent: dict[str, Any]
    provider: dict[str, Any]
    row: Agent


Case = tuple[dict[str, Any], Callable[[Told], Any], Any]  # what is sent, where to look, what is there
CUSTOM = {"aiProvider": "custom", "customEndpoint": "wss://bot.example.com/voice"}
PIPELINE = {"aiProvider": "pipeline"}
TOOL = {"name": "find", "description": "Finds.", "url": "https://api.example.com/find"}
SALES = {"name": "sales", "description": "Prices", "to": "+12025550123"}
SCHEMA = {"type": "object", "properties": {"paid": {"type": "boolean"}}}

AGENT: dict[str, Case] = {
    "name": ({"name": "Ada"}, lambda told: told.agent["name"], "Ada"),
    "direction": ({"direction": "outbound"}, lambda told: told.row in stand_ins(), False),
    "systemPrompt": ({"systemPrompt": "Be kind."}, lambda told: told.agent["systemPrompt"], "Be kind."),
    "greeting": ({"greeting": "Hi"}, lambda told: told.agent["greeting"], "Hi"),
    "voice": ({"voice": "coral"}, lambda told: told.agent["voice"], "coral"),
    "language": ({"language": "de-DE"}, lambda told: told.agent["language"], "de-DE"),
    "aiProvider": (PIPELINE, lambda told: told.provider["kind"], "pipeline"),
    "providerKey": ({"providerKey": "sk-1"}, lambda told: told.provider["key"], "sk-1"),
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
    "analyzesCalls": ({"analyzesCalls": True}, lambda told: told.row.analyzes_calls, True),
    "analysisModel": ({"analysisModel": "a-1"}, lambda told: LanguageModel.of(told.row).model, "a-1"),
    "analysisSchema": ({"analysisSchema": SCHEMA}, lambda told: told.row.analysis_schema, SCHEMA),
    "active": ({"active": False}, lambda told: told.row in stand_ins(), False),
}  # fmt: skip


def tell(api: APIClient, acme: Workspace, body: dict[str, Any]) -> Told:
    answer = api.post(AGENTS, {"name": "Agent", **body}, format="json")
    assert answer.status_code == 201, answer.json()
    agent = Agent.objects.get(pk=answer.json()["id"])
    call = Call(workspace=acme, agent=agent, direction=Direction.INBOUND, status=CallStatus.IN_PROGRESS)
    told = instructions(call)
    return Told(told["agent"], told["provider"], agent)


def test_every_writable_field_of_an_agent_has_its_effect_below() -> None:
    assert writable(AgentSerializer) == AGENT.keys()


@pytest.mark.parametrize("field", AGENT)
def test_a_field_of_an_agent_is_seen(api: APIClient, acme: Workspace, field: str) -> None:
    body, look, expected = AGENT[field]
    assert look(tell(api, acme, {})) != expected
    assert look(tell(api, acme, body)) == expected
