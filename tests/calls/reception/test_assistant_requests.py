"""The workspace's endpoint is asked about an inbound call, once and for two seconds, and decides how it is answered."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.models import ExternalLease, Workspace
from calls import tasks
from calls.models import Call, Event, Reception
from calls.reception import ask, requests
from calls.reception.answers import read_answer
from calls.services.erasure import erase_number
from telephony.models import Agent, PhoneNumber
from telephony.services.agents import create_agent
from telephony.services.numbers import update_number
from tests.calls.agent.conftest import SESSION, WorkerFor
from tests.calls.events.conftest import Entrance
from tests.calls.reception.conftest import SECRET, Comes, says, told
from tests.receiver import Receiver, answer
from voxa.core import safe_http

VALUES = {"name": "Ada", "vip": True, "orders": 3}


def test_it_is_asked_signed_about_the_call(endpoint: Receiver, comes: Comes) -> None:
    call = comes()
    (asked,) = endpoint.requests
    body = json.loads(asked.body)
    Webhook(SECRET).verify(asked.body, asked.headers)
    assert (body["type"], body["data"]["call"]["id"]) == ("call.incoming", str(call.pk))
    assert (body["data"]["call"]["from"], body["data"]["call"]["to"]) == ("+12025550177", call.to_number)
    assert asked.headers["webhook-id"] == f"assistant_{call.pk.hex}"


def test_variables_overrides_and_another_agent_reach_the_worker(
    endpoint: Receiver, comes: Comes, worker_for: WorkerFor, second_agent: Agent
) -> None:
    says(endpoint, variables=VALUES, agentOverrides={"language": "en-GB"}, agentId=str(second_agent.pk))
    call = comes()
    answered = worker_for(call.project, call.room_name).get(SESSION).json()
    assert (answered["agent"]["name"], answered["agent"]["greeting"]) == ("Night desk", "Hello Ada")
    assert (answered["agent"]["language"], call.variables) == ("en-GB", VALUES)
    shown = told(call, "assistant.answered")
    assert (shown["agent"], shown["variables"]) == ("Night desk", sorted(VALUES))
    assert (shown["overrides"], shown["httpStatus"]) == (["language"], 200)
    assert shown["seconds"] < 2


def test_the_numbers_own_endpoint_comes_first(endpoint: Receiver, comes: Comes, entrance: Entrance) -> None:
    update_number(
        entrance.number,
        {"assistant_request_url": endpoint.url("/number"), "assistant_request_secret": SECRET},
    )
    comes()
    assert [one.path for one in endpoint.requests] == ["/number"]


def test_a_call_without_an_endpoint_waits_for_nothing(comes: Comes, worker_for: WorkerFor) -> None:
    call = comes()
    assert worker_for(call.project, call.room_name).get(SESSION).status_code == 200
    assert not Reception.objects.exists()


def test_a_refused_call_ends_with_a_reason_of_its_own(endpoint: Receiver, comes: Comes, worker_for: WorkerFor) -> None:
    says(endpoint, refuse=True, message="On the block list")
    call = comes()
    assert call.end_requested == "assistant_refused"
    assert told(call, "assistant.answered")["message"] == "On the block list"
    assert worker_for(call.project, call.room_name).get(SESSION).status_code == 409


def test_an_endpoint_may_choose_the_agent_of_a_number_without_one(
    endpoint: Receiver, comes: Comes, second_agent: Agent
) -> None:
    Agent.objects.update(direction="outbound")
    PhoneNumber.objects.update(agent=None)
    Agent.objects.filter(pk=second_agent.pk).update(direction="inbound", active=True)
    PhoneNumber.objects.update(agent=None)
    says(endpoint, agentId=str(second_agent.pk))
    assert comes().agent == second_agent


def test_without_any_agent_the_call_ends_after_the_answer(endpoint: Receiver, comes: Comes) -> None:
    Agent.objects.all().delete()
    assert comes().end_requested == "no_agent"


# --- answers that are of no use ---------------------------------------------------------------------------------------

WRONG: list[tuple[Any, str]] = [
    (b"<html>", "not JSON"),
    ([], "not valid"),
    ({"agent": "x"}, "agent"),
    ({"variables": {"call_id": "1"}}, "variables.call_id"),
    ({"variables": {"a": {}}}, "variables.a"),
    ({"variables": {"a": "x" * 3000}}, "variables.a"),
    ({"agentOverrides": {"voice": 1}}, "voice"),
    ({"agentOverrides": {"maxDurationSeconds": 5}}, "maxDurationSeconds"),
    ({"agentOverrides": {"language": "not a tag!"}}, "agentOverrides.language"),
    ({"agentId": "nonsense"}, "agentId"),
    ({"transfer": {"to": "nonsense"}}, "transfer.to"),
    ({"transfer": {"to": "+19005550100"}}, "transfer.to"),  # premium
    ({"transfer": {"to": "+442079460000"}}, "transfer.to"),  # a country that is not allowed
    ({"transfer": {"to": "sip:desk@example.org", "mode": "warm"}}, "transfer.to"),
    ({"refuse": "yes"}, "refuse"),
    ({"agentOverrides": {"greeting": "x" * 2_001}}, "agentOverrides.greeting"),
    ({"agentOverrides": {"greeting": "Good\0 day"}}, "greeting: Null characters"),
    ({"refuse": True, "message": "\ud800"}, "message: Lone surrogates"),
    ({"variables": {"a\0": 1}}, "variables"),
    (rb'{"\udfff": 1}', "characters that are not allowed"),
    ({"transfer": {"to": "+15550100000"}}, "transfer.to"),  # the called number
]


@pytest.mark.parametrize(("body", "words"), WRONG)
def test_a_wrong_answer_changes_nothing_and_is_shown(
    endpoint: Receiver, comes: Comes, second_agent: Agent, body: Any, words: str
) -> None:
    said = {"variables": VALUES, **body} if isinstance(body, dict) else body
    endpoint.respond = answer(200, body if isinstance(body, bytes) else json.dumps(said).encode())
    call = comes()
    shown = told(call, "assistant.failed")
    assert words in shown["message"]
    assert shown["httpStatus"] == 200
    assert (call.agent_id != second_agent.pk, call.variables, call.end_requested) == (True, {}, "")


@pytest.mark.parametrize("status", [204, 200])
def test_an_empty_answer_keeps_everything(endpoint: Receiver, comes: Comes, status: int) -> None:
    endpoint.respond = answer(status)
    assert told(comes(), "assistant.answered")["httpStatus"] == status


@pytest.mark.parametrize(
    ("respond", "words"),
    [
        (answer(302, Location="http://127.0.0.1/"), "redirects are not followed"),
        (answer(500, b"secret stack trace"), "HTTP 500"),
        (answer(200, b'"' + b"x" * 40_000 + b'"'), "longer"),
    ],
)
def test_errors_of_the_endpoint_are_named(endpoint: Receiver, comes: Comes, respond: Any, words: str) -> None:
    endpoint.respond = respond
    call = comes()
    assert words in told(call, "assistant.failed")["message"]
    assert "stack trace" not in str(told(call, "assistant.failed"))


def test_an_agent_of_another_workspace_does_not_exist(endpoint: Receiver, comes: Comes, globex: Workspace) -> None:
    foreign = create_agent(globex, {"name": "Spy"})
    says(endpoint, agentId=str(foreign.pk))
    call = comes()
    assert call.agent != foreign
    assert "No agent with this ID" in told(call, "assistant.failed")["message"]


def test_an_address_that_became_private_is_not_called(endpoint: Receiver, comes: Comes, settings: Any) -> None:
    settings.VOXA_OUTBOUND_ALLOW = []
    call = comes()
    assert endpoint.requests == []
    assert "cannot be called" in told(call, "assistant.failed")["message"]


def test_the_secret_is_in_no_event(endpoint: Receiver, comes: Comes) -> None:
    says(endpoint, variables=VALUES)
    assert SECRET not in str([event.data for event in Event.objects.filter(call=comes())])


# --- once, and not for longer than two seconds ------------------------------------------------------------------------


def test_the_worker_waits_for_the_answer(endpoint: Receiver, comes: Comes, worker_for: WorkerFor) -> None:
    call = comes(tasks=False)
    worker = worker_for(call.project, call.room_name)
    waiting = worker.get(SESSION)
    assert (waiting.status_code, waiting.json()) == (202, {"pending": True})
    says(endpoint, variables=VALUES)
    for _ in range(2):
        tasks.ask_endpoint(str(call.pk))
    assert worker.get(SESSION).json()["call"]["variables"]["name"] == "Ada"
    assert len(endpoint.requests) == 1
    assert Event.objects.filter(type="assistant.answered").count() == 1


def test_after_two_seconds_the_stored_agent_answers_and_the_answer_is_ignored(
    endpoint: Receiver, comes: Comes, worker_for: WorkerFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, read = comes(tasks=False), read_answer
    says(endpoint, variables=VALUES)

    def late(*args: Any) -> Any:
        Reception.objects.update(requested_at=timezone.now() - timedelta(seconds=3))
        assert worker_for(call.project, call.room_name).get(SESSION).status_code == 200
        return read(*args)

    monkeypatch.setattr(ask, "read_answer", late)
    tasks.ask_endpoint(str(call.pk))
    call.refresh_from_db()
    assert (call.variables, told(call, "assistant.failed")["message"]) == ({}, requests.NO_ANSWER)
    assert not Event.objects.filter(type="assistant.answered").exists()


def test_a_task_that_comes_too_late_asks_nothing(endpoint: Receiver, comes: Comes) -> None:
    call = comes(tasks=False)
    Reception.objects.update(requested_at=timezone.now() - timedelta(seconds=3))
    tasks.ask_endpoint(str(call.pk))
    assert endpoint.requests == []


def test_a_slow_endpoint_is_given_up_in_time(endpoint: Receiver, comes: Comes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "LIMIT", timedelta(seconds=0.3))

    def never(handler: Any) -> None:
        endpoint.stop_waiting.wait(10)

    endpoint.respond = never
    began = time.monotonic()
    call = comes()
    assert time.monotonic() - began < 5
    assert "did not respond in time" in told(call, "assistant.failed")["message"]


def test_a_call_that_nobody_polls_for_is_given_up_by_the_sweep(endpoint: Receiver, comes: Comes) -> None:
    call = comes(tasks=False)
    requests.give_up_late()
    assert Reception.objects.get().status == "requested"
    Reception.objects.update(requested_at=timezone.now() - timedelta(seconds=3), status="under_way")
    for _ in range(2):
        requests.give_up_late()
    assert told(call, "assistant.failed")["message"] == requests.NO_ANSWER


def test_a_workspace_at_its_limit_is_not_waited_for(endpoint: Receiver, comes: Comes, settings: Any) -> None:
    settings.ASSISTANT_REQUESTS_PER_WORKSPACE = 1
    call = comes(tasks=False)
    until = timezone.now() + timedelta(seconds=60)
    ExternalLease.objects.create(
        workspace=call.workspace, work="assistant", number=0, until=until, token="0b9f3c1e-3f0e-4c50-9a6c-51c0a6f8d201"
    )
    tasks.ask_endpoint(str(call.pk))
    assert ask.BUSY in told(call, "assistant.failed")["message"]
    assert endpoint.requests == []


def test_no_request_is_made_in_a_transaction(endpoint: Receiver, comes: Comes, monkeypatch: pytest.MonkeyPatch) -> None:
    call, depth, real = comes(tasks=False), len(connection.savepoint_ids), safe_http.send

    def send(*args: Any, **more: Any) -> Any:
        assert len(connection.savepoint_ids) == depth
        return real(*args, **more)

    monkeypatch.setattr(safe_http, "send", send)
    tasks.ask_endpoint(str(call.pk))
    assert len(endpoint.requests) == 1


def test_an_erased_person_leaves_nothing(endpoint: Receiver, comes: Comes) -> None:
    says(endpoint, variables={"phone": "+12025550177"}, transfer={"to": "+12025550177"})
    call = comes()
    Call.objects.update(status="completed", ended_at=timezone.now())
    erase_number("+12025550177")
    call.refresh_from_db()
    assert call.variables == {}
    assert "2025550177" not in str([*Reception.objects.values(), *Event.objects.values("data")])
