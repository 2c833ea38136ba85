"""What workers report: taken once however often it comes, and told to webhooks when the call is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import WebhookMessage, Workspace
from accounts.services.webhooks import create_endpoint
from calls.choices import CallStatus, Reason
from calls.models import Call, Conversation, TranscriptItem
from calls.services.conversations import tell_late
from calls.services.timeline import end
from tests.calls.agent.conftest import REPORT
from tests.conftest import ApiFor

ITEMS = [
    {
        "id": "0b9f3c1e-3f0e-4c50-9a6c-51c0a6f8d201",
        "speaker": "agent",
        "text": "Acme, good morning!",
        "startedAt": "2026-03-02T09:30:01Z",
        "endedAt": "2026-03-02T09:30:02.500Z",
    },
    {
        "id": "0b9f3c1e-3f0e-4c50-9a6c-51c0a6f8d202",
        "speaker": "caller",
        "text": "Is it open today?",
        "startedAt": "2026-03-02T09:30:03Z",
        "endedAt": "2026-03-02T09:30:04Z",
    },
]


@pytest.fixture
def webhook(acme: Workspace) -> None:
    create_endpoint(acme, "https://hooks.acme.example/", ["call.report"])


def messages() -> list[dict[str, Any]]:
    return list(WebhookMessage.objects.values_list("payload", flat=True))


def test_what_was_said_is_read_by_the_workspace_alone(
    worker: APIClient, call: Call, api: APIClient, outsider_api: APIClient
) -> None:
    assert worker.post(REPORT, {"transcript": ITEMS, "measures": {"firstWordSeconds": 0.4}}).status_code == 200
    read = api.get(f"/v1/calls/{call.pk}/transcript").json()
    assert [(item["speaker"], item["text"]) for item in read["transcript"]] == [
        ("agent", "Acme, good morning!"),
        ("caller", "Is it open today?"),
    ]
    assert (read["measures"], read["finished"]) == ({"firstWordSeconds": 0.4}, False)
    assert outsider_api.get(f"/v1/calls/{call.pk}/transcript").status_code == 404


def test_a_call_nobody_spoke_in_has_an_empty_transcript(call: Call, api_for: ApiFor, acme: Workspace) -> None:
    read = api_for(acme, "calls:read").get(f"/v1/calls/{call.pk}/transcript").json()
    assert read == {"transcript": [], "measures": {}, "detail": "", "finished": False}


def test_a_report_that_comes_again_changes_nothing(worker: APIClient, call: Call) -> None:
    for _ in range(2):
        worker.post(REPORT, {"transcript": ITEMS, "measures": {"turns": 1}, "finished": True})
    assert TranscriptItem.objects.filter(call=call).count() == 2
    assert Conversation.objects.get(call=call).measures == {"turns": 1}


@pytest.mark.parametrize("reason", ["agent_hung_up", "silence", "voicemail", "max_duration", "provider_failed"])
def test_the_agent_may_end_the_call_with_a_reason(worker: APIClient, call: Call, reason: str) -> None:
    worker.post(REPORT, {"end": reason, "detail": "The model answered 401."})
    call.refresh_from_db()
    assert call.end_requested == reason
    assert Conversation.objects.get(call=call).detail == "The model answered 401."


def test_an_end_asked_for_after_the_end_is_too_late(worker: APIClient, call: Call) -> None:
    end(call, timezone.now(), Reason.CALLER_HUNG_UP)
    assert worker.post(REPORT, {"end": "agent_hung_up", "finished": True}).json() == {"status": "completed"}
    call.refresh_from_db()
    assert call.reason == Reason.CALLER_HUNG_UP


@pytest.mark.parametrize("last", ["the end", "the report"])
def test_the_report_is_sent_once_whichever_comes_last(
    worker: APIClient, call: Call, webhook: None, last: str, django_capture_on_commit_callbacks: Any
) -> None:
    body = {"transcript": ITEMS, "finished": True}
    with django_capture_on_commit_callbacks(execute=True):
        worker.post(REPORT, body if last == "the end" else {"transcript": ITEMS[:1]})
        assert messages() == []
        end(call, timezone.now(), Reason.CALLER_HUNG_UP)
    with django_capture_on_commit_callbacks(execute=True):
        worker.post(REPORT, body)
        worker.post(REPORT, body)
    (report,) = messages()
    assert (report["id"], report["status"], report["reason"]) == (str(call.pk), "completed", "caller_hung_up")
    assert [item["text"] for item in report["transcript"]] == [item["text"] for item in ITEMS]


def test_a_worker_that_never_said_the_last_word_is_not_waited_for(worker: APIClient, call: Call, webhook: None) -> None:
    worker.post(REPORT, {"transcript": ITEMS})
    end(call, timezone.now(), Reason.WORKER_LOST, CallStatus.FAILED)
    assert (tell_late(), messages()) == (0, [])
    Call.objects.filter(pk=call.pk).update(ended_at=timezone.now() - timedelta(seconds=31))
    assert (tell_late(), tell_late()) == (1, 0)
    assert messages()[0]["finished"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"end": "hung_up"}, "end"),
        ({"transcript": [{**ITEMS[0], "speaker": "crowd"}]}, "transcript[0].speaker"),
        ({"transcript": [{**ITEMS[0], "startedAt": "soon"}]}, "transcript[0].startedAt"),
        ({"measures": {"turns": -1}}, "measures.turns"),
        ({"worker": {"id": "x", "host": "a", "sessions": 0, "load": 0}}, "worker.id"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_a_wrong_report_names_its_field(worker: APIClient, call: Call, body: dict[str, Any], field: str) -> None:
    answer = worker.post(REPORT, body)
    assert answer.status_code == 400
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == [field]
