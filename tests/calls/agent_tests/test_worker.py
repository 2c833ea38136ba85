"""The worker of a test conversation: what it is told, what it reports, how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import WebhookMessage
from calls.agent_tests.sessions import end_overdue
from calls.models import AgentTest, Call, Event, ToolRun
from calls.services.erasure import erase_number
from calls.services.retention import purge
from telephony.livekit import client_for
from telephony.livekit.rooms import rooms
from telephony.models import Agent
from telephony.services.agents import update_agent
from tests.calls.abilities.conftest import ORDER, Asks, shop
from tests.calls.agent.conftest import REPORT, SESSION
from tests.calls.agent_tests.conftest import Start, WorkerFor
from tests.receiver import Receiver

__all__ = ["shop"]
TURN = {
    "id": "0b9f3c1e-3f0e-4c50-9a6c-51c0a6f8d201",
    "speaker": "agent",
    "text": "Hello Ada!",
    "startedAt": "2026-03-01T09:30:00Z",
    "endedAt": "2026-03-01T09:30:02Z",
    "latencySeconds": 0.84,
}


def test_the_worker_is_told_of_a_test(worker: APIClient, session: AgentTest) -> None:
    AgentTest.objects.update(variables={"name": "Ada"})
    told = worker.get(SESSION).json()
    assert told["test"] is True
    assert told["agent"]["greeting"] == "Hello Ada!"
    assert told["agent"]["voicemail"]["action"] == ""  # no machine answers
    assert told["recording"] == {"announcement": ""}
    assert told["call"]["maxDurationSeconds"] == 600
    session.refresh_from_db()
    assert session.status == "in_progress"
    assert session.expires_at > timezone.now() + timedelta(minutes=10)
    assert not Call.objects.exists()


@pytest.mark.parametrize(("medium", "silence"), [("voice", 10), ("text", 0)])
def test_who_writes_may_be_silent(start: Start, worker_for: WorkerFor, medium: str, silence: int) -> None:
    test = AgentTest.objects.get(pk=start(medium=medium)["id"])
    told = worker_for(test.project, test.room_name).get(SESSION).json()
    assert told["agent"]["silence"]["seconds"] == silence


def test_the_transcript_is_kept_with_its_latencies(worker: APIClient, session: AgentTest, api: APIClient) -> None:
    worker.get(SESSION)
    for _ in range(2):  # a report may arrive twice
        worker.post(REPORT, {"transcript": [TURN], "measures": {"turns": 1}})
    read = api.get(f"/v1/test-sessions/{session.pk}").json()
    (turn,) = read["transcript"]
    assert (turn["speaker"], turn["text"], turn["latencySeconds"]) == ("agent", "Hello Ada!", 0.84)
    assert (read["status"], read["measures"]) == ("in_progress", {"turns": 1})


def test_the_last_report_ends_it_without_a_trace_among_calls(worker: APIClient, session: AgentTest) -> None:
    worker.get(SESSION)
    answer = worker.post(REPORT, {"end": "silence", "detail": "The caller said nothing.", "finished": True})
    assert answer.json() == {"status": "ended"}
    session.refresh_from_db()
    assert (session.status, session.reason) == ("ended", "silence")
    assert worker.get(SESSION).status_code == 409
    assert not Event.objects.exists()
    assert not WebhookMessage.objects.exists()


def test_an_end_over_the_api_closes_the_room(worker: APIClient, session: AgentTest, api: APIClient) -> None:
    worker.get(SESSION)
    assert api.delete(f"/v1/test-sessions/{session.pk}").status_code == 204
    assert api.delete(f"/v1/test-sessions/{session.pk}").status_code == 204
    assert client_for(session.project).run(rooms()) == []
    assert api.get(f"/v1/test-sessions/{session.pk}").json()["reason"] == "hung_up"


@pytest.mark.parametrize(("joined", "reason"), [(True, "max_duration"), (False, "agent_absent")])
def test_it_ends_by_itself(session: AgentTest, joined: bool, reason: str) -> None:
    assert end_overdue() == 0
    past = timezone.now() - timedelta(seconds=1)
    AgentTest.objects.update(expires_at=past, joined_at=past if joined else None)
    assert end_overdue() == 1
    assert end_overdue() == 0
    session.refresh_from_db()
    assert session.reason == reason
    assert client_for(session.project).run(rooms()) == []


def test_its_tools_are_called_and_noted(
    worker: APIClient,
    session: AgentTest,
    agent: Agent,
    shop: Receiver,
    api: APIClient,
    django_capture_on_commit_callbacks: Any,
) -> None:
    tool = {"name": "find_order", "description": "Finds.", "parameters": ORDER, "url": shop.url("/orders")}
    update_agent(agent, {"tools": [tool]})
    ask = Asks(worker, django_capture_on_commit_callbacks)
    assert ask(order="1042").json() == {"ok": True, "result": '{"state": "shipped"}'}
    assert ask(order=1).json()["ok"] is False
    assert len(shop.requests) == 1
    first, second = api.get(f"/v1/test-sessions/{session.pk}").json()["tools"]
    assert (first["tool"], first["ok"], first["httpStatus"], second["ok"]) == ("find_order", True, 200, False)
    assert ToolRun.objects.get().call is None


def test_it_goes_with_the_retention_and_holds_no_erased_number(session: AgentTest, worker: APIClient) -> None:
    worker.post(REPORT, {"transcript": [{**TURN, "text": "Call +12025550177 back."}]})
    AgentTest.objects.update(variables={"phone": "+12025550177"})
    erase_number("+12025550177")
    session.refresh_from_db()
    assert "2025550177" not in f"{session.transcript} {session.variables}"
    AgentTest.objects.update(created_at=timezone.now() - timedelta(days=session.workspace.retention_days + 1))
    purge()
    assert not AgentTest.objects.exists()
