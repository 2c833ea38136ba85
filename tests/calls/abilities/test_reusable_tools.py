"""Reusable tools in calls: offered beside the agent's own, called by name, signed with their own secrets."""

import json

import pytest
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from calls.models import Call, Event
from telephony.models import Agent, Tool
from telephony.services.agents import update_agent
from telephony.services.tools import create_tool, renew_secret, update_tool
from tests.calls.abilities.conftest import ORDER, Asks
from tests.receiver import Receiver


@pytest.fixture
def tool(agent: Agent, shop: Receiver) -> Tool:
    """A tool of the workspace that the agent of the call uses."""
    more = {"url": shop.url("/stock/{{to}}"), "parameters": ORDER, "body": {"from": "{{from}}"}, "agents": [agent]}
    return create_tool(agent.workspace, {"name": "stock", "description": "Asks for {{direction}} stock.", **more})


def told(worker: APIClient) -> dict[str, str]:
    shown = worker.get("/internal/agent/session").json()["agent"]["tools"]
    return {one["name"]: one["description"] for one in shown}


def test_the_worker_is_told_both_and_not_where_they_are(worker: APIClient, tool: Tool, shop: Receiver) -> None:
    assert told(worker) == {"find_order": "Finds an order.", "stock": "Asks for inbound stock."}
    assert shop.url("/stock") not in worker.get("/internal/agent/session").content.decode()


def test_it_is_called_by_name_with_the_variables_of_the_call(ask: Asks, shop: Receiver, tool: Tool, call: Call) -> None:
    secret = renew_secret(tool)
    assert ask("stock", order="1042").json() == {"ok": True, "result": '{"state": "shipped"}'}
    (sent,) = shop.requests
    data = json.loads(sent.body)["data"]
    assert sent.path == f"/stock/%2B{call.to_number[1:]}"
    assert (data["tool"], data["arguments"], data["body"]) == ("stock", {"order": "1042"}, {"from": call.from_number})
    assert Webhook(secret).verify(sent.body, sent.headers)
    assert Event.objects.get(type="tool.called").data["tool"] == "stock"
    assert ask("stock", order=7).json()["ok"] is False


def test_without_a_secret_it_is_not_signed(ask: Asks, shop: Receiver, tool: Tool) -> None:
    assert ask("stock", order="1").json()["ok"]
    assert "webhook-signature" not in shop.requests[0].headers


def test_a_change_counts_for_the_next_call_of_the_tool(
    ask: Asks, worker: APIClient, shop: Receiver, tool: Tool
) -> None:
    update_tool(tool, {"name": "supply", "url": shop.url("/supply")})
    assert (ask("stock", order="1").status_code, ask("supply", order="1").status_code) == (409, 200)
    assert [sent.path for sent in shop.requests] == ["/supply"]
    update_tool(tool, {"agents": []})
    assert ask("supply", order="1").status_code == 409
    assert told(worker).keys() == {"find_order"}


def test_a_tool_of_another_agent_or_workspace_is_not_called(ask: Asks, tool: Tool, agent: Agent) -> None:
    tool.agents.set([Agent.objects.create(workspace=agent.workspace, name="Other")])
    assert ask("stock", order="1").status_code == 409


def test_the_own_tool_of_a_pinned_revision_is_called_instead(
    ask: Asks, shop: Receiver, call: Call, agent: Agent, tool: Tool
) -> None:
    former = update_agent(agent, {"tools": [{**agent.tools[0], "name": "own"}]}).history.count()
    update_agent(agent, {"tools": []})
    update_tool(tool, {"name": "own"})
    Call.objects.filter(pk=call.pk).update(pinned_revision=former)
    assert ask("own", order="1").json()["ok"]
    assert [sent.path for sent in shop.requests] == ["/orders"]
