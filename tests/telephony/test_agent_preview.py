"""The preview renders an agent's texts as a call would, and saving an agent names the placeholders without a value."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import Agent
from telephony.services.agents import update_agent
from tests.telephony.conftest import AGENTS


@pytest.fixture
def path(agent: Agent) -> str:
    update_agent(agent, {"greeting": "Hello {{name|there}} of {{workspace_name}}, {{order}}.", "system_prompt": "P"})
    return f"{AGENTS}/{agent.pk}/preview"


def test_texts_are_rendered_with_variables_and_overrides(api: APIClient, acme: Workspace, path: str) -> None:
    body = {"variables": {"name": "Ada"}, "agentOverrides": {"systemPrompt": "Ask {{name}}."}}
    assert api.post(path, body, format="json").json() == {
        "systemPrompt": "Ask Ada.", "greeting": f"Hello Ada of {acme.name}, .", "voicemailMessage": "",
        "silencePrompt": "", "missing": ["order"],
    }  # fmt: skip
    assert api.post(path, {}, format="json").json()["greeting"] == f"Hello there of {acme.name}, ."


def test_wrong_fields_are_named_together(api: APIClient, path: str) -> None:
    body = {"variables": {"a_b": None}, "agentOverrides": {"language": "not a tag"}, "name": "x"}
    answer = api.post(path, body, format="json")
    assert answer.status_code == 400
    fields = {detail["field"] for detail in answer.json()["error"]["details"]}
    assert fields == {"variables.a_b", "agentOverrides.language", "name"}


def test_variables_are_an_object(api: APIClient, path: str) -> None:
    answer = api.post(path, {"variables": ["Ada"]}, format="json").json()
    assert answer["error"]["message"] == "variables: Send a JSON object."


def test_an_outsider_finds_no_agent(api: APIClient, foreign_agent: Agent) -> None:
    assert api.post(f"{AGENTS}/{foreign_agent.pk}/preview", {}, format="json").status_code == 404


def test_saving_warns_of_placeholders_without_a_value(api: APIClient, agent: Agent) -> None:
    made = api.post(AGENTS, {"name": "A", "greeting": "Hi {{name}}, {{to}}, {{x|y}}"}, format="json").json()
    assert len(made["warnings"]) == 1
    assert "{{name}}" in made["warnings"][0]
    changed = api.patch(f"{AGENTS}/{agent.pk}", {"systemPrompt": "Ask {{first name}}."}, format="json").json()
    assert "{{first name}}" in changed["warnings"][0]
    assert api.patch(f"{AGENTS}/{agent.pk}", {"systemPrompt": "Ask."}, format="json").json()["warnings"] == []
