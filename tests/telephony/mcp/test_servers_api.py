"""`/v1/mcp-servers`: each workspace its own, headers never shown and bound to their URL."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Agent, McpServer
from telephony.services.agents import create_agent
from telephony.services.mcp import servers
from telephony.services.mcp.listing import readable
from telephony.services.mcp.servers import create_server
from tests.conftest import ApiFor
from tests.telephony.mcp.stand_in import FIND, KEY, StandIn

pytestmark = pytest.mark.django_db

SERVERS = "/v1/mcp-servers"
CRM = {"name": "crm", "url": "https://mcp.example.com/mcp"}


def errors(answered: Any) -> dict[str, str]:
    return {one["field"]: one["code"] for one in answered.json()["error"]["details"]}


def test_a_server_is_created_changed_and_listed_without_its_headers(api: APIClient, agent: Agent) -> None:
    body = {**CRM, "headers": {"Authorization": KEY}, "allowedTools": ["find"], "agentIds": [str(agent.pk)]}
    made = api.post(SERVERS, body)
    assert made.status_code == 201, made.json()
    shown = made.json()
    assert shown == {
        **{name: value for name, value in body.items() if name != "headers"}, "hasHeaders": True, "enabled": True,
        "tools": [], "listedAt": None, "error": "", "warnings": [],
        **{name: shown[name] for name in ("id", "createdAt", "updatedAt")},
    }  # fmt: skip
    path = f"{SERVERS}/{shown['id']}"
    changed = api.patch(path, {"allowedTools": ["find", "book"], "enabled": False, "agentIds": []})
    assert (changed.json()["allowedTools"], changed.json()["enabled"]) == (["find", "book"], False)
    for one in (made, changed, api.get(SERVERS), api.get(path), api.post(f"{path}/refresh")):
        assert (one.status_code < 300, KEY in one.content.decode()) == (True, False)
    assert (McpServer.objects.get().header_values, hasattr(McpServer.history.first(), "headers")) == (
        {"Authorization": KEY}, False,
    )  # fmt: skip
    assert [one["id"] for one in api.get(f"{SERVERS}?name=cr").json()["results"]] == [shown["id"]]
    assert api.get(f"{SERVERS}?agentId={agent.pk}").json()["results"] == []
    assert api.delete(path).status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "my crm"}, "name"),
        ({"name": "my__crm"}, "name"),
        ({"name": "crm_"}, "name"),
        ({"name": "x" * 25}, "name"),
        ({"url": "https://10.0.0.1/mcp"}, "url"),
        ({"url": "http://mcp.example.com/"}, "url"),
        ({"url": "https://user:pass@mcp.example.com/"}, "url"),
        ({"headers": {"Host": "x"}}, "headers"),
        ({"headers": {"mcp-session-id": "x"}}, "headers"),
        ({"headers": {"X Y": "x"}}, "headers"),
        ({"headers": {"X-Name": " Zo\u00eb"}}, "headers"),
        ({"headers": {"X": "a\r\nb"}}, "headers"),
        ({"headers": {f"X-{n}": "a" for n in range(11)}}, "headers"),
        ({"allowedTools": ["a", "a"]}, "allowedTools"),
        ({"allowedTools": [f"t{n}" for n in range(21)]}, "allowedTools"),
        ({"agentIds": ["4b4f3a52-7d6e-4a0e-9d3a-0d6f5b1d7c11"]}, "agentIds[0]"),
        ({"colour": 1}, "colour"),
    ],
)
def test_what_is_wrong_is_at_its_field(api: APIClient, body: dict[str, Any], field: str) -> None:
    refused = api.post(SERVERS, {**CRM, **body})
    assert (refused.status_code, list(errors(refused))) == (400, [field])


def test_others_neither_see_nor_change_it(
    api_for: ApiFor, acme: Workspace, globex: Workspace, agent: Agent, server: McpServer
) -> None:
    foreign, path = api_for(globex, Scope.WORKSPACE_ADMIN), f"{SERVERS}/{server.pk}"
    found = [foreign.get(path), foreign.patch(path, {}), foreign.delete(path), foreign.post(f"{path}/refresh")]
    assert [one.status_code for one in found] == [404] * 4
    assert foreign.get(SERVERS).json()["results"] == []
    assert errors(foreign.post(SERVERS, {**CRM, "agentIds": [str(agent.pk)]})) == {"agentIds[0]": "unknown_agent"}
    reader = api_for(acme, Scope.AGENTS_READ)
    found = [reader.get(path), reader.patch(path, {}), reader.delete(path), reader.post(f"{path}/refresh")]
    assert [one.status_code for one in found] == [200, 403, 403, 403]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({"url": "https://evil.example/mcp"}, {}),
        ({"name": "renamed"}, {"Authorization": KEY}),
        ({"url": "https://evil.example/mcp", "headers": {"X-Key": "1"}}, {"X-Key": "1"}),
        ({"headers": None}, {}),
        ({"headers": {}}, {}),
    ],
)
def test_headers_belong_to_their_url(
    api: APIClient, server: McpServer, body: dict[str, Any], kept: dict[str, str]
) -> None:
    McpServer.objects.update(tools=readable("crm", [FIND]), session_id="s", protocol="2025-06-18")
    shown = api.patch(f"{SERVERS}/{server.pk}", body).json()
    server.refresh_from_db()
    assert (server.header_values, shown["hasHeaders"]) == (kept, bool(kept))
    assert bool(shown["warnings"]) == (not kept and "headers" not in body)
    assert (server.session_id, server.protocol, server.due_at is not None) == ("", "", True)
    assert [one["name"] for one in shown["tools"]] == ([] if "url" in body else [f"{shown['name']}__find_contact"])


def test_a_refresh_is_done_by_a_task(
    api: APIClient, server: McpServer, crm: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(servers, "publish_on_commit", lambda *args: sent.append(args))
    McpServer.objects.update(due_at=timezone.now() + timedelta(minutes=15), error="former")
    shown = api.post(f"{SERVERS}/{server.pk}/refresh").json()
    assert (sent, shown["error"], crm.box.requests) == ([(servers.LIST, str(server.pk))], "", [])
    assert McpServer.objects.filter(due_at__lte=timezone.now()).exists()


def test_names_are_taken_once_and_numbers_are_limited(
    api: APIClient, acme: Workspace, server: McpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = api.post(SERVERS, CRM)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "mcp_server_name_taken")
    bot = create_agent(acme, {"name": "Bot", "ai_provider": "custom", "custom_endpoint": "wss://b.example/"})
    monkeypatch.setattr(servers, "MOST_OF_AGENT", 1)
    ids = [str(bot.pk), str(server.agents.get().pk)]
    refused = api.post(SERVERS, {**CRM, "name": "other", "agentIds": ids})
    assert errors(refused) == {"agentIds[0]": "provider", "agentIds[1]": "too_many"}
    monkeypatch.setattr(servers, "MOST", 1)
    refused = api.post(SERVERS, {**CRM, "name": "other"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_mcp_servers")


def test_a_server_in_use_is_not_deleted(api: APIClient, server: McpServer) -> None:
    refused = api.delete(f"{SERVERS}/{server.pk}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "mcp_server_in_use")
    assert "Reception" in refused.json()["error"]["message"]
    assert create_server(server.workspace, {**CRM, "name": "free"}).pk
    server.agents.clear()
    assert api.delete(f"{SERVERS}/{server.pk}").status_code == 204
