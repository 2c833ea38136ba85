"""A call is analyzed with its agent's template as it is then; a template is tried on a call or a text beforehand."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import ExternalWork, Scope
from accounts.models import Workspace
from accounts.services.external_leases import external_lease
from calls.analysis import analyze
from calls.models import Call, CallAnalysis
from telephony.models import AnalysisTemplate
from telephony.services.agents import create_agent, update_agent
from telephony.services.analysis_templates import create_template, delete_template, update_template
from tests.calls.abilities.test_analysis import FIELDS, FOUND, KEY, model, says, told
from tests.conftest import ApiFor
from tests.receiver import Receiver, answer

__all__ = ["model", "told"]
OTHER = {"type": "object", "properties": {"mood": {"type": "string"}}}


@pytest.fixture
def template(told: Call) -> AnalysisTemplate:
    """The template that the agent of the call chose."""
    assert told.agent is not None
    made = create_template(told.workspace, {"name": "Callbacks", "schema": FIELDS})
    update_agent(told.agent, {"analysis_template": made})
    return made


@pytest.fixture
def path(template: AnalysisTemplate) -> str:
    return f"/v1/analysis-templates/{template.pk}/test"


def asked(model: Receiver) -> Any:
    """Return the fields that the language model was asked for."""
    (sent,) = model.requests
    schema = json.loads(sent.body)["response_format"]["json_schema"]["schema"]
    return schema["properties"].get("fields")


def analysis(api: APIClient, call: Call) -> dict[str, Any]:
    analyze.analyze(call.pk)
    shown: dict[str, Any] = api.get(f"/v1/calls/{call.pk}/analysis").json()
    return shown


def test_the_template_as_it_is_then_is_used_and_named(
    told: Call, model: Receiver, template: AnalysisTemplate, api: APIClient
) -> None:
    model.respond = says({**FOUND, "fields": {"mood": "good"}})
    update_template(template, {"schema": OTHER, "name": "Moods"})
    shown = analysis(api, told)
    assert (shown["fields"], shown["templateId"], shown["templateName"]) == (
        {"mood": "good"},
        str(template.pk),
        "Moods",
    )
    assert asked(model) == OTHER
    assert told.agent is not None
    update_agent(told.agent, {"analysis_template": None})
    delete_template(template)
    assert api.get(f"/v1/calls/{told.pk}/analysis").json() == shown


def test_without_a_template_none_is_named(told: Call, model: Receiver, api: APIClient) -> None:
    shown = analysis(api, told)
    assert (shown["templateId"], shown["templateName"], asked(model)) == (None, "", FIELDS)


def test_a_pinned_revision_uses_its_template_and_does_without_a_deleted_one(
    told: Call, model: Receiver, template: AnalysisTemplate, api: APIClient
) -> None:
    assert told.agent is not None
    former = told.agent.history.count()
    update_agent(told.agent, {"analysis_schema": OTHER})
    Call.objects.filter(pk=told.pk).update(pinned_revision=former)
    analyze.analyze(told.pk)
    assert asked(model) == FIELDS
    delete_template(template)
    CallAnalysis.objects.all().delete()
    model.requests.clear()
    analyze.ask_for_analysis(Call.objects.get(pk=told.pk))
    shown = analysis(api, told)
    assert (shown["status"], shown["summary"], asked(model)) == ("done", FOUND["summary"], None)


def test_a_call_or_a_text_is_analyzed_to_try_a_template_and_nothing_is_stored(
    told: Call, model: Receiver, path: str, api: APIClient
) -> None:
    before = CallAnalysis.objects.values().get()
    tried = api.post(path, {"callId": str(told.pk)})
    shown = tried.json()
    assert (tried.status_code, shown.pop("seconds") > 0) == (200, True)
    assert shown == {"model": "gpt-4.1-mini", **FOUND, "error": ""}
    assert asked(model) == FIELDS
    assert b"caller: Is it open today?" in model.requests[0].body
    assert model.requests[0].headers["authorization"] == f"Bearer {KEY}"
    text = api.post(path, {"transcript": "caller: Call me back.", "agentId": str(told.agent_id)})
    assert (text.status_code, b"caller: Call me back." in model.requests[1].body) == (200, True)
    assert CallAnalysis.objects.values().get() == before


@pytest.mark.parametrize(
    ("respond", "words"), [(answer(503), "HTTP 503"), (says("Well."), "JSON"), (says({"summary": "?"}), "outcome")]
)
def test_a_test_tells_why_there_is_no_analysis(
    told: Call, model: Receiver, path: str, api: APIClient, respond: Any, words: str
) -> None:
    model.respond = respond
    shown = api.post(path, {"callId": str(told.pk)}).json()
    assert (words in shown["error"], shown["summary"], shown["fields"], len(model.requests)) == (True, "", {}, 1)


def test_a_test_has_the_limits_of_other_requests(
    told: Call, model: Receiver, path: str, api: APIClient, settings: Any
) -> None:
    settings.EXTERNAL_PER_WORKSPACE = 1
    with external_lease(told.workspace_id, ExternalWork.BACKGROUND):
        assert "Try again" in api.post(path, {"callId": str(told.pk)}).json()["error"]
    settings.VOXA_OUTBOUND_ALLOW = []
    assert "cannot be called" in api.post(path, {"callId": str(told.pk)}).json()["error"]
    assert model.requests == []


def test_what_is_wrong_with_a_test_is_at_its_field(
    told: Call, model: Receiver, path: str, api: APIClient, acme: Workspace
) -> None:
    bot = create_agent(acme, {"name": "Bot", "ai_provider": "custom", "custom_endpoint": "wss://b.example/"})
    silent = Call.objects.create(workspace=acme, project=told.project, direction="outbound", to_number="+12025550123")
    call, agent = {"callId": str(told.pk)}, {"agentId": str(told.agent_id)}
    for body, expected in (
        (agent, {"callId": "required"}),
        ({}, {"callId": "required", "agentId": "required"}),
        ({**call, "transcript": "caller: Hi."}, {"callId": "invalid"}),
        ({"transcript": "caller: Hi."}, {"agentId": "required"}),
        ({"transcript": "x" * 60_001, **agent}, {"transcript": "max_length", "callId": "required"}),
        ({"callId": str(silent.pk), **agent}, {"callId": "no_transcript"}),
        ({"callId": str(bot.pk), "agentId": str(silent.pk)}, {"callId": "not_found", "agentId": "not_found"}),
        ({**call, "agentId": str(bot.pk)}, {"agentId": "provider"}),
        ({**call, "model": "m"}, {"model": "unknown_field"}),
    ):
        answered = api.post(path, body)
        assert answered.status_code == 400
        details = answered.json()["error"]["details"]
        assert {one["field"]: one["code"] for one in details} == expected
    assert model.requests == []


def test_a_test_needs_the_scopes_of_agents_and_of_calls_and_the_workspace(
    told: Call, model: Receiver, path: str, api_for: ApiFor, acme: Workspace, globex: Workspace
) -> None:
    body, foreign = {"callId": str(told.pk)}, create_template(globex, {"name": "Theirs", "schema": OTHER})
    stranger = api_for(globex, Scope.WORKSPACE_ADMIN)
    assert stranger.post(path, body).status_code == 404
    refused = stranger.post(f"/v1/analysis-templates/{foreign.pk}/test", {**body, "agentId": str(told.agent_id)})
    assert {one["code"] for one in refused.json()["error"]["details"]} == {"not_found"}
    for scopes, status in (
        ([Scope.AGENTS_READ, Scope.CALLS_READ], 403),
        ([Scope.AGENTS_WRITE], 403),
        ([Scope.AGENTS_WRITE, Scope.CALLS_READ], 200),
    ):
        assert api_for(acme, *scopes).post(path, body).status_code == status
