"""An agent's tools are called at the workspace's own address: signed, checked, bounded, and told in the timeline."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from calls.models import Call, Event
from calls.services import tools
from telephony.models import Agent
from telephony.services.agents import update_agent
from telephony.services.tool_secrets import tool_secret
from tests.calls.abilities.conftest import Asks
from tests.receiver import Receiver, answer
from voxa.core.safe_http import Limits


def line() -> dict[str, Any]:
    data: dict[str, Any] = Event.objects.get(type="tool.called").data
    return data


def test_a_tool_is_called_with_its_arguments_and_the_call(ask: Asks, shop: Receiver, call: Call) -> None:
    assert ask(order="1042").json() == {"ok": True, "result": '{"state": "shipped"}'}
    (sent,) = shop.requests
    data = json.loads(sent.body)["data"]
    assert (sent.path, data["tool"], data["arguments"]) == ("/orders", "find_order", {"order": "1042"})
    assert (data["call"]["id"], data["call"]["from"]) == (str(call.pk), "+12025550177")
    assert (line()["tool"], line()["ok"], line()["httpStatus"]) == ("find_order", True, 200)
    assert "1042" not in json.dumps(line())


def test_the_variables_of_the_call_are_filled_in(ask: Asks, shop: Receiver, call: Call, agent: Agent) -> None:
    Call.objects.filter(pk=call.pk).update(variables={"order": "1/2", "vip": True})
    tool = {**agent.tools[0], "url": shop.url("/orders/{{order}}?to={{to}}"), "body": {"vip": "{{vip}}"}}
    update_agent(agent, {"tools": [tool]})
    ask(order="1042")
    (sent,) = shop.requests
    assert sent.path == f"/orders/1%2F2?to=%2B{call.to_number[1:]}"
    assert json.loads(sent.body)["data"]["body"] == {"vip": True}


def test_it_is_signed_by_the_secret_that_was_shown_once(
    ask: Asks, shop: Receiver, agent: Agent, api: APIClient, outsider_api: APIClient
) -> None:
    path = f"/v1/agents/{agent.pk}/tool-secret"
    assert outsider_api.post(path).status_code == 404
    secret = api.post(path).json()["secret"]
    ask(order="1042")
    (sent,) = shop.requests
    assert Webhook(secret).verify(sent.body, sent.headers)
    assert sent.headers["webhook-id"] == "tool_0b9f3c1e3f0e4c509a6c51c0a6f8d201"
    assert secret not in api.get(f"/v1/agents/{agent.pk}").content.decode()
    assert api.post(path).json()["secret"] != secret


def test_an_agent_has_a_secret_from_the_first_call_on(ask: Asks, shop: Receiver, agent: Agent) -> None:
    ask(order="1042")
    assert Webhook(tool_secret(agent)).verify(shop.requests[0].body, shop.requests[0].headers)


def test_arguments_that_do_not_fit_go_back_to_the_model(ask: Asks, shop: Receiver) -> None:
    answered = ask(order=7).json()
    assert (answered["ok"], shop.requests) == (False, [])
    assert "order" in answered["result"]
    assert 'not of type "string"' in answered["result"]


def test_a_failure_of_the_endpoint_is_told_to_the_model_and_in_the_timeline(ask: Asks, shop: Receiver) -> None:
    shop.respond = answer(500, b"database is down")
    assert ask(order="1042").json() == {"ok": False, "result": "HTTP 500: database is down"}
    assert (line()["ok"], line()["httpStatus"]) == (False, 500)


def test_a_redirect_is_not_followed(ask: Asks, shop: Receiver) -> None:
    shop.respond = answer(302, Location=shop.url("/elsewhere"))
    assert ask(order="1042").json()["ok"] is False
    assert [sent.path for sent in shop.requests] == ["/orders"]


def test_a_private_address_is_not_called(ask: Asks, shop: Receiver, settings: Any) -> None:
    settings.VOXA_OUTBOUND_ALLOW = []
    answered = ask(order="1042").json()
    assert (answered["ok"], shop.requests) == (False, [])
    assert "cannot be called" in answered["result"]


def test_a_slow_endpoint_is_not_waited_for(ask: Asks, shop: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "LIMITS", Limits(connect=1, read=0.2, total=0.2))

    def wait(handler: BaseHTTPRequestHandler) -> None:
        shop.stop_waiting.wait(20)

    shop.respond = wait
    assert "did not respond in time" in ask(order="1042").json()["result"]


def test_a_long_answer_is_cut(ask: Asks, shop: Receiver) -> None:
    shop.respond = answer(200, b"x" * 100_000)
    assert len(ask(order="1042").json()["result"]) == 16_384


def test_only_the_agents_own_tools_are_called(ask: Asks) -> None:
    answered = ask("drop_tables")
    assert (answered.status_code, answered.json()["error"]["code"]) == (409, "no_such_tool")


def test_nothing_is_called_for_a_call_that_is_over(ask: Asks, call: Call, shop: Receiver) -> None:
    Call.objects.filter(pk=call.pk).update(end_requested="hung_up")
    assert ask(order="1042").json()["error"]["code"] == "not_in_progress"
    assert shop.requests == []


def test_without_a_workers_token_nothing_is_called(agent: Agent, api: APIClient, shop: Receiver) -> None:
    for client in (APIClient(), api):
        assert client.post("/internal/agent/tool", {"name": "find_order"}).status_code == 401
        assert client.get(f"/internal/agent/tool/{agent.pk}").status_code == 401
    assert shop.requests == []


def test_the_worker_knows_its_tools_but_not_where_they_are(worker: APIClient, agent: Agent, shop: Receiver) -> None:
    told = worker.get("/internal/agent/session")
    assert [tool["name"] for tool in told.json()["agent"]["tools"]] == ["find_order"]
    assert shop.url("/orders") not in told.content.decode()
