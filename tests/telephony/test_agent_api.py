"""/v1/agents."""

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import Agent, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from tests.telephony.conftest import AGENTS

FIELDS = [
    "id", "name", "direction", "systemPrompt", "greeting", "requireVariables", "voice", "language", "aiProvider",
    "providerKeyId", "hasProviderKey",
    "providerCheck", "providerAgentId", "customEndpoint", "baseUrl", "sttUrl", "ttsUrl", "llmModel", "sttModel",
    "ttsModel", "sttProvider", "sttKeyId", "ttsProvider", "ttsKeyId", "embeddingModel",
    "voicemailAction", "voicemailMessage", "silenceSeconds", "silencePrompt", "silencePrompts", "tools", "transfers",
    "sendsDigits", "analyzesCalls", "analysisModel", "analysisSchema", "analysisTemplateId", "active", "warnings",
]  # fmt: skip


def test_an_agent_is_created_with_what_is_named_and_defaults(api: APIClient) -> None:
    answer = api.post(AGENTS, {"name": "Reception", "direction": "inbound", "greeting": "Hello"})
    assert answer.status_code == 201
    made = answer.json()
    assert list(made) == FIELDS
    assert (made["direction"], made["aiProvider"], made["active"], made["hasProviderKey"]) == (
        "inbound", "openai", True, False,
    )  # fmt: skip
    assert api.get(f"{AGENTS}/{made['id']}").json() == made


def test_the_providers_secret_goes_in_and_never_comes_out(api: APIClient, agent: Agent) -> None:
    answers = [api.get(AGENTS), api.get(f"{AGENTS}/{agent.pk}"), api.patch(f"{AGENTS}/{agent.pk}", {"voice": "ash"})]
    assert all("sk-provider-secret" not in answer.content.decode() for answer in answers)
    assert [answers[0].json()["results"][0]["hasProviderKey"], answers[2].json()["hasProviderKey"]] == [True, True]
    agent.refresh_from_db()
    assert agent.provider_key == "sk-provider-secret"


def test_an_elevenlabs_agent_is_completed_and_says_what_the_provider_said(api: APIClient) -> None:
    body = {"name": "Sales", "aiProvider": "elevenlabs", "providerKey": "el_api", "providerAgentId": "agent_1"}
    made = api.post(AGENTS, body).json()
    assert (made["providerAgentId"], made["providerCheck"]) == ("agent_1", "unverified")
    assert Agent.objects.get().provider_check_due_at is not None  # the next check is due
    Agent.objects.update(provider_check="refused", provider_check_due_at=None)
    assert api.get(f"{AGENTS}/{made['id']}").json()["providerCheck"] == "refused"
    assert api.patch(f"{AGENTS}/{made['id']}", {"providerKey": "el_new"}).json()["providerCheck"] == "unverified"


@pytest.mark.parametrize("cleared", [None, ""])
def test_the_providers_secret_can_be_cleared(api: APIClient, agent: Agent, cleared: str | None) -> None:
    answer = api.patch(f"{AGENTS}/{agent.pk}", {"providerKey": cleared})
    assert answer.json()["hasProviderKey"] is False
    agent.refresh_from_db()
    assert agent.provider_key is None


def test_every_wrong_field_is_named_in_one_answer(api: APIClient) -> None:
    answer = api.post(AGENTS, {"direction": "up", "aiProvider": "?", "active": "maybe", "greeting": "x" * 2001})
    fields = {detail["field"]: detail["code"] for detail in answer.json()["error"]["details"]}
    assert fields == {
        "name": "required",
        "direction": "invalid_choice",
        "aiProvider": "invalid_choice",
        "active": "invalid",
        "greeting": "max_length",
    }


def test_deleting_an_agent_leaves_its_numbers_unanswered(api: APIClient, agent: Agent, trunk: Trunk) -> None:
    number = add_number(trunk, "+15550100000", agent=agent)
    assert api.delete(f"{AGENTS}/{agent.pk}").status_code == 204
    number.refresh_from_db()
    assert number.agent_id is None


def test_agents_are_found_by_direction_activity_and_name(api: APIClient, acme: Workspace) -> None:
    create_agent(acme, {"name": "Anna", "direction": "inbound"})
    create_agent(acme, {"name": "Ben", "direction": "outbound", "active": False})
    for query, names in {"direction=inbound": ["Anna"], "active=false": ["Ben"], "name=nn": ["Anna"]}.items():
        assert [one["name"] for one in api.get(f"{AGENTS}?{query}").json()["results"]] == names


def test_a_list_costs_two_queries(
    api: APIClient, acme: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("A", "B", "C"):
        create_agent(acme, {"name": name, "provider_key": "k"})
    api.get(AGENTS)  # notes that the key is in use, once a minute
    with django_assert_num_queries(2):  # key, agents
        assert len(api.get(AGENTS).json()["results"]) == 3


@pytest.mark.parametrize("field", ["baseUrl", "sttUrl", "ttsUrl", "customEndpoint"])
@pytest.mark.parametrize(
    "url", ["https://10.0.0.7/v1", "wss://localhost/voice", "ftp://models.example.com", "nonsense"]
)
def test_an_address_that_must_not_be_called_is_refused(api: APIClient, field: str, url: str) -> None:
    answer = api.post(AGENTS, {"name": "Local", field: url})
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == [field]


def test_a_message_for_voicemails_has_words(api: APIClient) -> None:
    answer = api.post(AGENTS, {"name": "Caller", "voicemailAction": "leave_message"})
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "voicemailMessage"
