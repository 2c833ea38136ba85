"""A call tells its agent what it knows: variables in the agent's texts, and overrides of its fields."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from agents.choices import AiProvider
from calls.models import Call
from calls.services.erasure import erase_number
from calls.services.worker_session import instructions
from telephony.services.agents import update_agent
from tests.calls.conftest import CALLEE, Line
from tests.calls.test_call_api import CALLS, wrong

GREETING = "Hello {{name|there}}, {{ order }}{{gone}}."
PROVIDERS: dict[str, dict[str, Any]] = {
    AiProvider.OPENAI: {},
    AiProvider.PIPELINE: {},
    AiProvider.ELEVENLABS: {"provider_agent_id": "a1"},
    AiProvider.CUSTOM: {"custom_endpoint": "wss://bot.example.com/voice"},
}


def placed(api: APIClient, line: Line, **more: Any) -> Any:
    body = {"to": CALLEE, "from": line.number.number, "agentId": str(line.agent.pk), **more}
    return api.post(CALLS, body, format="json")


def told(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.content
    return instructions(Call.objects.select_related("workspace", "agent").get(pk=answer.json()["id"]))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_texts_of_every_provider_are_rendered(api: APIClient, line: Line, provider: str) -> None:
    update_agent(line.agent, {"ai_provider": provider, "greeting": GREETING, **PROVIDERS[provider]})
    line.agent.refresh_from_db()
    answer = placed(api, line, variables={"name": "Ada", "order": 7}, agentOverrides={"systemPrompt": "Ask {{name}}."})
    heard = told(answer)
    assert heard["agent"]["greeting"] == "Hello Ada, 7."
    assert heard["agent"]["systemPrompt"] == "Ask Ada."
    assert heard["call"]["variables"].items() >= {"name": "Ada", "order": 7, "to": CALLEE}.items()
    assert answer.json()["variables"] == {"name": "Ada", "order": 7}
    assert answer.json()["agentOverrides"] == {"systemPrompt": "Ask {{name}}."}


def test_descriptions_of_tools_and_transfers_are_rendered(api: APIClient, line: Line) -> None:
    tool = {"name": "find", "description": "Finds {{order}}.", "url": "https://api.example.com/find"}
    target = {"name": "sales", "to": "+12025550142", "description": "For {{order}}."}
    update_agent(line.agent, {"tools": [tool], "transfers": [target]})
    heard = told(placed(api, line, variables={"order": 7}))["agent"]
    assert [heard[kind][0]["description"] for kind in ("tools", "transfers")] == ["Finds 7.", "For 7."]


def test_overrides_replace_the_agents_fields_on_this_call_alone(api: APIClient, line: Line) -> None:
    update_agent(line.agent, {"greeting": "Hello.", "voice": "alloy"})
    own = {
        "systemPrompt": "P", "greeting": "", "voice": "coral", "language": "de-DE", "voicemailMessage": "V",
        "maxDurationSeconds": 77,
    }  # fmt: skip
    heard = told(placed(api, line, agentOverrides=own))
    agent = heard["agent"]
    seen = [agent["systemPrompt"], agent["greeting"], agent["voice"], agent["language"], agent["voicemail"]["message"]]
    assert [*seen, heard["call"]["maxDurationSeconds"]] == list(own.values())
    assert told(placed(api, line))["agent"]["greeting"] == "Hello."


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "not an object": ({"variables": ["a"]}, "variables"),
    "null": ({"variables": {"Customer_name": None}}, "variables.Customer_name"),
    "nested": ({"variables": {"customer_name": {"a": 1}}}, "variables.customer_name"),
    "list": ({"variables": {"a": [1]}}, "variables.a"),
    "name": ({"variables": {"first-name": "x"}}, "variables.first-name"),
    "digit": ({"variables": {"1st": "x"}}, "variables.1st"),
    "line": ({"variables": {"a\n": "x"}}, "variables.a\n"),
    "letters": ({"variables": {"prénom": "x"}}, "variables.prénom"),
    "built in": ({"variables": {"call_id": "x"}}, "variables.call_id"),
    "long": ({"variables": {"a": "x" * 2001}}, "variables.a"),
    "huge": ({"variables": {"a": 10**30}}, "variables.a"),
    "many": ({"variables": {f"n{place}": "x" * 900 for place in range(10)}}, "variables"),
    "language": ({"agentOverrides": {"language": "not a tag"}}, "agentOverrides.language"),
    "greeting": ({"agentOverrides": {"greeting": "x" * 2001}}, "agentOverrides.greeting"),
    "duration": ({"agentOverrides": {"maxDurationSeconds": 5}}, "agentOverrides.maxDurationSeconds"),
    "unknown": ({"agentOverrides": {"tools": []}}, "agentOverrides.tools"),
    "none": ({"agentOverrides": None}, "agentOverrides"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_values_are_refused_by_name(api: APIClient, line: Line, case: str) -> None:
    body, field = WRONG[case]
    assert list(wrong(placed(api, line, **body))) == [field]
    assert not Call.objects.exists()


def test_nul_in_a_value_is_refused(api: APIClient, line: Line) -> None:
    assert placed(api, line, variables={"a": "x\0"}).status_code == 400


def test_an_override_that_the_provider_does_not_use_is_refused(api: APIClient, line: Line) -> None:
    update_agent(line.agent, {"ai_provider": "custom", "custom_endpoint": "wss://bot.example.com/voice"})
    answer = placed(api, line, agentOverrides={"voicemailMessage": "Call us."})
    assert wrong(answer) == {"agentOverrides.voicemailMessage": "provider"}


def test_a_missing_variable_is_refused_if_the_agent_requires_it(api: APIClient, line: Line) -> None:
    update_agent(line.agent, {"greeting": GREETING, "require_variables": True})
    assert wrong(placed(api, line)) == {"variables.order": "required", "variables.gone": "required"}
    own = {"greeting": "Hello {{first_name}}"}
    assert wrong(placed(api, line, agentOverrides=own)) == {"variables.first_name": "required"}
    assert placed(api, line, variables={"order": 0, "gone": ""}).status_code == 201


def test_erasing_the_number_empties_variables_and_overrides(api: APIClient, line: Line) -> None:
    placed(api, line, variables={"name": "Ada"}, agentOverrides={"greeting": "Hello Ada"})
    Call.objects.update(status="completed")
    erase_number(CALLEE)
    assert Call.objects.values_list("variables", "agent_overrides").get() == ({}, {})


def test_metadata_fills_placeholders_where_the_provider_gets_it_as_variables(api: APIClient, line: Line) -> None:
    update_agent(line.agent, {"greeting": "Hello {{name}}{{system__time}}"})
    assert told(placed(api, line, metadata={"name": "Ada"}))["agent"]["greeting"] == "Hello "
    update_agent(line.agent, {"ai_provider": "elevenlabs", "provider_agent_id": "a1"})
    line.agent.refresh_from_db()
    heard = told(placed(api, line, metadata={"name": "{{secret__key}}"}))["agent"]["greeting"]
    assert heard == "Hello  {  { secret__key}}{{system__time}}"
