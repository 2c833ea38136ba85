"""Tools of a workspace are stored once and used by several agents: within limits, each workspace its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent, Tool
from telephony.services import tools
from telephony.services.agents import create_agent
from telephony.services.tools import create_tool
from tests.conftest import ApiFor
from tests.receiver import Receiver, receiver
from tests.receiver import answer as answers

pytestmark = pytest.mark.django_db

TOOLS = "/v1/tools"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwVoxaExample="
ORDER = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}
FIND = {"name": "find_order", "description": "Finds an order.", "url": "https://api.example.com/orders"}


def errors(answer: Any) -> dict[str, str]:
    return {one["field"]: one["code"] for one in answer.json()["error"]["details"]}


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return create_agent(acme, {"name": "Reception"})


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def tool(acme: Workspace, agent: Agent) -> Tool:
    return create_tool(acme, {**FIND, "secret": SECRET, "agents": [agent]})


def test_a_tool_is_created_changed_and_listed_without_its_secret(api: APIClient, agent: Agent) -> None:
    body = {**FIND, "parameters": ORDER, "body": {"vip": "{{vip}}"}, "secret": SECRET, "agentIds": [str(agent.pk)]}
    made = api.post(TOOLS, body)
    assert made.status_code == 201
    shown = made.json()
    assert shown == {
        **{name: value for name, value in body.items() if name != "secret"}, "hasSecret": True,
        **{name: shown[name] for name in ("id", "warnings", "createdAt", "updatedAt")},
    }  # fmt: skip
    path = f"{TOOLS}/{shown['id']}"
    changed = api.patch(path, {"description": "Finds it.", "agentIds": []})
    assert (changed.json()["description"], changed.json()["agentIds"]) == ("Finds it.", [])
    for answer in (made, changed, api.get(TOOLS), api.get(path)):
        assert SECRET not in answer.content.decode()
    assert (Tool.objects.get().secret, hasattr(Tool.history.first(), "secret")) == (SECRET, False)
    assert api.delete(path).status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "find order"}, "name"),
        ({"name": "9_lives"}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "end_call"}, "name"),
        ({"description": ""}, "description"),
        ({"parameters": {"type": "string"}}, "parameters"),
        ({"parameters": {"type": "object", "properties": 1}}, "parameters"),
        ({"parameters": {"type": "object", "description": "x" * 9_000}}, "parameters"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "ftp://api.example.com/"}, "url"),
        ({"url": "https://{{host}}.example.com/"}, "url"),
        ({"body": {"text": "x" * 5_000}}, "body"),
        ({"body": []}, "body"),
        ({"secret": "whsec_short"}, "secret"),
        ({"agentIds": ["4b4f3a52-7d6e-4a0e-9d3a-0d6f5b1d7c11"]}, "agentIds[0]"),
        ({"colour": 1}, "colour"),
    ],
)
def test_what_is_wrong_is_at_its_field(api: APIClient, body: dict[str, Any], field: str) -> None:
    answer = api.post(TOOLS, {**FIND, **body})
    assert (answer.status_code, list(errors(answer))) == (400, [field])


def test_others_neither_see_nor_use_nor_change_it(
    api_for: ApiFor, acme: Workspace, globex: Workspace, agent: Agent, tool: Tool
) -> None:
    foreign, path = api_for(globex, Scope.WORKSPACE_ADMIN), f"{TOOLS}/{tool.pk}"
    found = [
        foreign.get(path),
        foreign.patch(path, {"name": "x"}),
        foreign.delete(path),
        foreign.post(f"{path}/secret"),
    ]
    assert [one.status_code for one in found] == [404] * 4
    assert foreign.get(TOOLS).json()["results"] == []
    assert errors(foreign.post(TOOLS, {**FIND, "agentIds": [str(agent.pk)]})) == {"agentIds[0]": "unknown_agent"}
    reader = api_for(acme, Scope.AGENTS_READ)
    assert [reader.get(path).status_code, reader.post(f"{path}/secret").status_code] == [200, 403]
    assert [reader.patch(path, {"name": "x"}).status_code, reader.delete(path).status_code] == [403, 403]


def test_a_name_is_taken_once_in_a_workspace(api: APIClient, globex: Workspace) -> None:
    create_tool(globex, FIND)
    assert api.post(TOOLS, FIND).status_code == 201
    taken = api.post(TOOLS, FIND)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "tool_name_taken")


def test_a_name_does_not_clash_with_an_agents_own_tool(api: APIClient, agent: Agent, tool: Tool) -> None:
    own, url = {**FIND, "name": "own_tool"}, f"/v1/agents/{agent.pk}"
    assert errors(api.patch(url, {"tools": [{**own, "name": tool.name}]})) == {"tools": "name_taken"}
    assert api.patch(url, {"tools": [own]}).status_code == 200
    assert errors(api.patch(f"{TOOLS}/{tool.pk}", {"name": "own_tool"})) == {"name": "name_taken"}
    refused = api.post(TOOLS, {**own, "agentIds": [str(agent.pk)]})
    assert errors(refused) == {"agentIds[0]": "name_taken"}
    assert api.post(TOOLS, own).status_code == 201


def test_a_custom_bot_and_an_agent_with_twenty_tools_take_no_more(api: APIClient, acme: Workspace, tool: Tool) -> None:
    bot = create_agent(acme, {"name": "Bot", "ai_provider": "custom", "custom_endpoint": "wss://b.example/"})
    full = create_agent(acme, {"name": "Full", "tools": [{**FIND, "name": f"t{n}"} for n in range(20)]})
    refused = api.patch(f"{TOOLS}/{tool.pk}", {"agentIds": [str(bot.pk), str(full.pk)]})
    assert errors(refused) == {"agentIds[0]": "provider", "agentIds[1]": "too_many"}
    tool.agents.set([full])
    assert errors(api.patch(f"/v1/agents/{full.pk}", {"tools": [*full.tools[1:], FIND | {"name": "t"}]})) == {
        "tools": "too_many"
    }


def test_numbers_are_limited(api: APIClient, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "MOST", 1)
    refused = api.post(TOOLS, {**FIND, "name": "other"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_tools")


def test_a_tool_in_use_is_not_deleted_and_its_agents_are_named(api: APIClient, tool: Tool) -> None:
    refused = api.delete(f"{TOOLS}/{tool.pk}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "tool_in_use")
    assert "Reception" in refused.json()["error"]["message"]
    Agent.objects.all().delete()
    assert api.delete(f"{TOOLS}/{tool.pk}").status_code == 204


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"url": "https://evil.example/orders"}, None),
        ({"url": "https://api.example.com/others"}, None),
        ({"url": "https://API.example.com:443/orders"}, SECRET),
        ({"name": "renamed"}, SECRET),
        ({"url": "https://evil.example/", "secret": SECRET.replace("Mf", "Nf")}, SECRET.replace("Mf", "Nf")),
        ({"secret": None}, None),
        ({"secret": ""}, None),
    ],
)
def test_a_secret_belongs_to_its_url(api: APIClient, tool: Tool, body: dict[str, Any], kept: str | None) -> None:
    shown = api.patch(f"{TOOLS}/{tool.pk}", body).json()
    tool.refresh_from_db()
    assert (tool.secret, shown["hasSecret"]) == (kept, kept is not None)
    assert bool(shown["warnings"]) == (kept is None and "secret" not in body)


def test_a_new_secret_is_shown_once(api: APIClient, tool: Tool) -> None:
    answer = api.post(f"{TOOLS}/{tool.pk}/secret")
    tool.refresh_from_db()
    assert (answer.json(), answer["Cache-Control"]) == ({"secret": tool.secret}, "no-store")
    assert tool.secret != SECRET


def test_tools_are_found_by_agent_and_name(api: APIClient, acme: Workspace, agent: Agent, tool: Tool) -> None:
    create_tool(acme, {**FIND, "name": "send_mail"})
    for query in (f"agentId={agent.pk}", "name=order"):
        assert [one["name"] for one in api.get(f"{TOOLS}?{query}").json()["results"]] == ["find_order"]


def test_its_placeholders_count_among_those_of_the_agent(api: APIClient, agent: Agent, tool: Tool) -> None:
    saved = api.patch(f"{TOOLS}/{tool.pk}", {"url": "https://api.example.com/{{order_number}}"}).json()
    assert "{{order_number}}" in saved["warnings"][-1]
    sent = {"name": "other", "description": "D", "url": "https://api.example.com/", "body": {"a": "{{gone}}"}}
    assert "{{gone}}" in api.post(TOOLS, sent).json()["warnings"][0]
    shown = api.post(f"/v1/agents/{agent.pk}/preview", {}).json()
    assert shown["missing"] == ["order_number"]
    assert "order_number" in api.patch(f"/v1/agents/{agent.pk}", {"greeting": "Hi."}).json()["warnings"][0]


def test_a_test_shows_status_duration_and_answer_and_not_the_secret(
    api: APIClient, tool: Tool, settings: Any, shop: Receiver
) -> None:
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    Tool.objects.update(url=shop.url("/orders"), parameters=ORDER)
    shop.respond = answers(418, f"key {SECRET} ".encode() + b"x" * 5_000)
    tried = api.post(f"{TOOLS}/{tool.pk}/test", {"arguments": {"order": "1042"}})
    shown = tried.json()
    assert (tried.status_code, shown["status"], shown["error"], len(shown["answer"])) == (200, 418, "", 1_000)
    assert (shown["seconds"] > 0, SECRET in tried.content.decode(), shown["answer"][:7]) == (True, False, "key ...")
    (sent,) = shop.requests
    assert json.loads(sent.body)["data"]["arguments"] == {"order": "1042"}
    assert "webhook-signature" in sent.headers
    settings.VOXA_OUTBOUND_ALLOW = []
    refused = api.post(f"{TOOLS}/{tool.pk}/test", {"arguments": {"order": "1042"}}).json()
    assert (refused["status"], "cannot be called" in refused["error"], len(shop.requests)) == (None, True, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"arguments": {"order": 7}}, "arguments"),
        ({"arguments": {"order": "x" * 17_000}}, "arguments"),
        ({"arguments": [1]}, "arguments"),
        ({}, "arguments"),
        ({"arguments": {"order": "1"}, "url": "https://x.example/"}, "url"),
    ],
)
def test_a_test_with_other_arguments_sends_nothing(
    api: APIClient, tool: Tool, body: dict[str, Any], field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("telephony.services.tool_test._send")
    Tool.objects.update(parameters=ORDER)
    refused = api.post(f"{TOOLS}/{tool.pk}/test", body)
    assert (refused.status_code, list(errors(refused))) == (400, [field])


def test_who_may_not_change_tools_does_not_test_them(
    api_for: ApiFor, acme: Workspace, globex: Workspace, tool: Tool
) -> None:
    path = f"{TOOLS}/{tool.pk}/test"
    assert api_for(globex, Scope.WORKSPACE_ADMIN).post(path, {}).status_code == 404
    assert api_for(acme, Scope.AGENTS_READ).post(path, {}).status_code == 403
