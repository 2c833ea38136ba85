"""A conversation is analysed after its end where its agent asks for it, by the agent's own language model."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import WebhookMessage, Workspace
from accounts.services.webhooks import create_endpoint
from calls.analysis import analyze
from calls.choices import AnalysisStatus, Reason
from calls.models import Call, CallAnalysis
from calls.services.conversations import ANALYZED, tell_late
from calls.services.timeline import end
from calls.tasks import analyze_call
from telephony.services.agents import update_agent
from tests.calls.agent.conftest import REPORT
from tests.calls.agent.test_report import ITEMS
from tests.receiver import Receiver, answer, receiver

FIELDS = {"type": "object", "properties": {"callBack": {"type": "boolean"}}, "required": ["callBack"]}
FOUND = {"summary": "They asked when it is open.", "outcome": "Answered", "fields": {"callBack": False}}
KEY = "sk-of-the-analyst"


def says(content: Any) -> Callable[..., None]:
    text = content if isinstance(content, str) else json.dumps(content)
    return answer(200, json.dumps({"choices": [{"message": {"content": text}}]}).encode())


@pytest.fixture
def model(settings: Any) -> Iterator[Receiver]:
    """A language model of the workspace's own."""
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    with receiver() as box:
        box.respond = says(FOUND)
        yield box


@pytest.fixture
def told(call: Call, model: Receiver, worker: APIClient) -> Call:
    """A call that is over, whose agent wants it analysed."""
    assert call.agent is not None
    asked = {"ai_provider": "pipeline", "base_url": model.url("/v1"), "provider_key": KEY, "analysis_schema": FIELDS}
    update_agent(call.agent, {**asked, "analyzes_calls": True})
    finish(worker, call)
    return call


def finish(worker: APIClient, call: Call, items: Any = ITEMS) -> None:
    end(call, timezone.now(), Reason.CALLER_HUNG_UP)
    worker.post(REPORT, {"transcript": items, "finished": True})


def due_now(call: Call) -> None:
    CallAnalysis.objects.filter(call=call).update(due_at=timezone.now())


def test_it_is_found_out_told_and_read_by_the_workspace_alone(
    told: Call, model: Receiver, acme: Workspace, api: APIClient, outsider_api: APIClient
) -> None:
    create_endpoint(acme, "https://hooks.acme.example/", ["call.analyzed"])
    assert api.get(f"/v1/calls/{told.pk}/analysis").json()["status"] == "pending"
    analyze.analyze(told.pk)
    read = api.get(f"/v1/calls/{told.pk}/analysis").json()
    assert {name: read[name] for name in FOUND} == FOUND
    assert (read["status"], read["error"]) == ("done", "")
    message = WebhookMessage.objects.get()
    assert (message.event_type, message.payload["id"]) == ("call.analyzed", str(told.pk))
    assert message.payload["analysis"] == read
    assert outsider_api.get(f"/v1/calls/{told.pk}/analysis").status_code == 404


@pytest.fixture
def reports(acme: Workspace) -> Callable[[], list[Any]]:
    """`reports()` gives the analysis of each report that was sent."""
    create_endpoint(acme, "https://hooks.acme.example/", ["call.report"])
    return lambda: [message.payload["analysis"] for message in WebhookMessage.objects.all()]


def test_the_report_waits_for_it(reports: Callable[[], list[Any]], told: Call, worker: APIClient) -> None:
    worker.post(REPORT, {"finished": True})
    assert reports() == []
    analyze_call(str(told.pk))
    analyze_call(str(told.pk))
    (report,) = reports()
    assert (report["status"], report["summary"]) == ("done", FOUND["summary"])


def test_the_report_does_not_wait_for_long(reports: Callable[[], list[Any]], told: Call, model: Receiver) -> None:
    model.respond = answer(503)
    analyze_call(str(told.pk))
    assert (tell_late(), reports()) == (0, [])
    Call.objects.filter(pk=told.pk).update(ended_at=timezone.now() - ANALYZED)
    assert (tell_late(), tell_late()) == (1, 0)
    assert reports()[0]["status"] == "pending"


def test_the_model_reads_the_transcript_with_the_agents_key(told: Call, model: Receiver) -> None:
    analyze.analyze(told.pk)
    (sent,) = model.requests
    asked = json.loads(sent.body)
    assert (sent.path, sent.headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert "caller: Is it open today?" in asked["messages"][1]["content"]
    assert asked["response_format"]["json_schema"]["schema"]["properties"]["fields"] == FIELDS


def test_it_is_done_once_however_often_it_is_asked_for(told: Call, model: Receiver, worker: APIClient) -> None:
    for _ in range(2):
        worker.post(REPORT, {"finished": True})
        analyze.analyze(told.pk)
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("respond", "words"),
    [
        (answer(503), "HTTP 503"),
        (says("I would rather not."), "JSON"),
        (says([1]), "object"),
        (says({"summary": "?"}), "outcome"),
        (says({**FOUND, "fields": {"callBack": "perhaps"}}), "callBack"),
        (says({**FOUND, "summary": "An\0swer"}), "cannot be stored"),
        (says({**FOUND, "summary": "\ud83d"}), "cannot be stored"),
        (says("[" * 5_000), "JSON"),
    ],
)
def test_no_usable_answer_is_asked_for_again(told: Call, model: Receiver, respond: Any, words: str) -> None:
    model.respond = respond
    analyze.analyze(told.pk)
    row = CallAnalysis.objects.get()
    assert (row.status, row.attempts) == (AnalysisStatus.PENDING, 1)
    assert words in row.error
    assert row.due_at is not None
    assert timedelta(seconds=5) < row.due_at - timezone.now() < timedelta(seconds=15)
    analyze.analyze(told.pk)
    assert len(model.requests) == 1
    model.respond = says(FOUND)
    due_now(told)
    assert analyze.sweep() == 1
    analyze.analyze(told.pk)
    assert CallAnalysis.objects.get().status == AnalysisStatus.DONE


def test_after_some_tries_it_fails_and_says_why(told: Call, model: Receiver) -> None:
    model.respond = answer(500)
    for _ in range(6):
        due_now(told)
        analyze.analyze(told.pk)
    row = CallAnalysis.objects.get()
    assert (row.status, len(model.requests)) == (AnalysisStatus.FAILED, 5)
    assert "HTTP 500" in row.error


def test_a_refused_key_fails_at_once_and_stands_nowhere(told: Call, model: Receiver, api: APIClient) -> None:
    model.respond = answer(401, KEY.encode())
    analyze.analyze(told.pk)
    read = api.get(f"/v1/calls/{told.pk}/analysis")
    assert read.json()["status"] == "failed"
    assert KEY not in read.content.decode()


def test_a_model_at_a_private_address_is_not_asked(told: Call, model: Receiver, settings: Any) -> None:
    settings.VOXA_OUTBOUND_ALLOW = []
    analyze.analyze(told.pk)
    assert model.requests == []
    assert "cannot be called" in CallAnalysis.objects.get().error


def test_nothing_is_analysed_unasked(call: Call, worker: APIClient, api: APIClient) -> None:
    create_endpoint(call.workspace, "https://hooks.acme.example/", ["call.report"])
    finish(worker, call)
    assert api.get(f"/v1/calls/{call.pk}/analysis").json()["status"] == "none"
    assert WebhookMessage.objects.get().payload["analysis"]["status"] == "none"


def test_a_conversation_without_a_word_of_the_caller_is_not_analysed(call: Call, worker: APIClient) -> None:
    assert call.agent is not None
    update_agent(call.agent, {"ai_provider": "pipeline", "analyzes_calls": True})
    finish(worker, call, ITEMS[:1])
    assert not CallAnalysis.objects.exists()
