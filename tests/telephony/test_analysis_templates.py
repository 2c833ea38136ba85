"""Analysis templates of a workspace are stored once and chosen by agents: an agent has one or fields of its own."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent, AnalysisTemplate
from telephony.services import analysis_templates
from telephony.services.agents import create_agent
from telephony.services.analysis_templates import create_template, delete_template
from tests.conftest import ApiFor
from tests.telephony.conftest import AGENTS

pytestmark = pytest.mark.django_db

TEMPLATES = "/v1/analysis-templates"
PAID = {"type": "object", "properties": {"paid": {"type": "boolean"}}, "required": ["paid"]}
OWN = {"type": "object", "properties": {"mood": {"type": "string"}}}
SENT = {"name": "Payments", "schema": PAID}


def errors(answer: Any) -> dict[str, str]:
    return {one["field"]: one["code"] for one in answer.json()["error"]["details"]}


@pytest.fixture
def template(acme: Workspace) -> AnalysisTemplate:
    return create_template(acme, SENT)


@pytest.fixture
def agent(acme: Workspace, template: AnalysisTemplate) -> Agent:
    return create_agent(acme, {"name": "Reception", "analysis_template": template})


def test_a_template_is_created_changed_listed_and_deleted(api: APIClient) -> None:
    made = api.post(TEMPLATES, SENT)
    assert made.status_code == 201
    shown = made.json()
    assert shown == {**SENT, "agentIds": [], **{name: shown[name] for name in ("id", "createdAt", "updatedAt")}}
    path = f"{TEMPLATES}/{shown['id']}"
    changed = api.patch(path, {"name": "Moods", "schema": OWN}).json()
    assert (changed["name"], changed["schema"]) == ("Moods", OWN)
    assert api.get(path).json() == changed == api.get(TEMPLATES).json()["results"][0]
    assert [row.name for row in AnalysisTemplate.history.all()] == ["Moods", "Payments"]
    assert (api.delete(path).status_code, api.get(path).status_code) == (204, 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"schema": {}}, "schema"),
        ({"schema": []}, "schema"),
        ({"schema": {"type": "string"}}, "schema"),
        ({"schema": {"type": "object", "properties": 1}}, "schema"),
        ({"schema": {"type": "object", "description": "x" * 9_000}}, "schema"),
    ],
)
def test_what_is_wrong_is_at_its_field(api: APIClient, body: dict[str, Any], field: str) -> None:
    answer = api.post(TEMPLATES, {**SENT, **body})
    assert (answer.status_code, list(errors(answer))) == (400, [field])


def test_others_neither_see_nor_choose_nor_change_it(
    api_for: ApiFor, acme: Workspace, globex: Workspace, template: AnalysisTemplate
) -> None:
    foreign, path = api_for(globex, Scope.WORKSPACE_ADMIN), f"{TEMPLATES}/{template.pk}"
    found = [foreign.get(path), foreign.patch(path, {"name": "x"}), foreign.delete(path)]
    assert [one.status_code for one in found] == [404] * 3
    assert foreign.get(TEMPLATES).json()["results"] == []
    refused = foreign.post(AGENTS, {"name": "Spy", "analysisTemplateId": str(template.pk)})
    assert errors(refused) == {"analysisTemplateId": "not_found"}
    reader = api_for(acme, Scope.AGENTS_READ)
    found = [reader.get(path), reader.patch(path, {"name": "x"}), reader.delete(path), reader.post(TEMPLATES, SENT)]
    assert [one.status_code for one in found] == [200, 403, 403, 403]


def test_a_name_is_taken_once_in_a_workspace_and_numbers_are_limited(
    api: APIClient, globex: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_template(globex, SENT)
    assert api.post(TEMPLATES, SENT).status_code == 201
    taken = api.post(TEMPLATES, SENT)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "analysis_template_name_taken")
    monkeypatch.setattr(analysis_templates, "MOST", 1)
    refused = api.post(TEMPLATES, {**SENT, "name": "Other"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_analysis_templates")


def test_a_template_in_use_is_not_deleted_and_its_agents_are_named(
    api: APIClient, agent: Agent, template: AnalysisTemplate
) -> None:
    path = f"{TEMPLATES}/{template.pk}"
    assert api.get(path).json()["agentIds"] == [str(agent.pk)]
    refused = api.delete(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "analysis_template_in_use")
    assert "Reception" in refused.json()["error"]["message"]
    assert api.patch(f"{AGENTS}/{agent.pk}", {"analysisTemplateId": None}).json()["analysisTemplateId"] is None
    assert api.delete(path).status_code == 204


def test_templates_are_found_by_agent_and_name(
    api: APIClient, acme: Workspace, agent: Agent, template: AnalysisTemplate
) -> None:
    create_template(acme, {**SENT, "name": "Moods"})
    for query in (f"agentId={agent.pk}", "name=pay"):
        assert [one["name"] for one in api.get(f"{TEMPLATES}?{query}").json()["results"]] == ["Payments"]


def test_a_template_replaces_the_agents_own_fields_and_the_reverse(
    api: APIClient, agent: Agent, template: AnalysisTemplate
) -> None:
    path, chosen = f"{AGENTS}/{agent.pk}", {"analysisTemplateId": str(template.pk)}
    for sent, own, of in (
        ({"analysisSchema": OWN}, OWN, None),
        (chosen, {}, str(template.pk)),
        ({"analysisSchema": {}}, {}, str(template.pk)),
    ):
        shown = api.patch(path, sent).json()
        assert (shown["analysisSchema"], shown["analysisTemplateId"]) == (own, of)
    assert errors(api.patch(path, {**chosen, "analysisSchema": OWN})) == {"analysisTemplateId": "invalid"}
    both = api.post(AGENTS, {"name": "Both", **chosen, "analysisSchema": OWN})
    assert errors(both) == {"analysisTemplateId": "invalid"}


def test_revisions_name_the_template_and_restore_it(api: APIClient, agent: Agent, template: AnalysisTemplate) -> None:
    path = f"{AGENTS}/{agent.pk}"
    api.patch(path, {"analysisSchema": OWN})
    changes = api.get(f"{path}/revisions/2").json()["changes"]
    assert {one["field"]: (one["before"], one["after"]) for one in changes} == {
        "analysisSchema": ({}, OWN), "analysisTemplateId": (str(template.pk), None),
    }  # fmt: skip
    restored = api.post(f"{path}/revisions/1/restore").json()
    assert (restored["analysisTemplateId"], restored["analysisSchema"]) == (str(template.pk), {})
    assert restored["warnings"] == []


def test_a_revision_whose_template_was_deleted_is_restored_without_it(
    api: APIClient, agent: Agent, template: AnalysisTemplate
) -> None:
    path = f"{AGENTS}/{agent.pk}"
    api.patch(path, {"analysisTemplateId": None, "greeting": "Hi."})
    delete_template(template)
    restored = api.post(f"{path}/revisions/1/restore").json()
    assert (restored["greeting"], restored["analysisTemplateId"]) == ("", None)
    assert "template was deleted" in restored["warnings"][0]
