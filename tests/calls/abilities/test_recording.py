"""A call is recorded after the announcement, and its timeline tells what became of it. LiveKit is played here."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from calls.choices import RecordingStatus
from calls.models import Call, Event, LiveKitEvent, Recording
from calls.services import recordings
from calls.services.ingest import ingest_waiting
from telephony.livekit_client import LiveKitUnavailable, LiveKitUnreached
from telephony.livekit_client.egress import Egress
from telephony.models import TelephonySettings
from tests.calls.events.conftest import START

SECRET = "the-secret-of-the-storage"


class Livekit:
    """What LiveKit answers to each request, in order; `asked` are the requests."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked = 0

    def run(self, operation: Any) -> Any:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def livekit(monkeypatch: pytest.MonkeyPatch, settings: Any, call: Call) -> Livekit:
    settings.RECORDING_S3_BUCKET, settings.RECORDING_S3_ACCESS_KEY = "acme-calls", "key"
    settings.RECORDING_S3_SECRET, settings.RECORDING_S3_ENDPOINT = SECRET, "https://storage.example.com"
    TelephonySettings.objects.filter(pk=call.workspace_id).update(
        record_calls=True, recording_announcement="This call is recorded."
    )
    livekit = Livekit()
    monkeypatch.setattr("calls.services.recordings.client_for", lambda project: livekit)
    monkeypatch.setattr("calls.services.recordings._send_start", recordings.start)
    return livekit


@pytest.fixture
def recorded(livekit: Livekit, worker: APIClient, django_capture_on_commit_callbacks: Any) -> Any:
    """`recorded(answer)` has the call recorded; LiveKit answers so."""

    def make(answer: Any, *, announced: bool = True) -> Recording:
        livekit.answers = [answer]
        with django_capture_on_commit_callbacks(execute=True):
            assert worker.post("/internal/agent/record", {"announced": announced}).status_code == 200
        return Recording.objects.get()

    return make


def running(call: Call, status: str = "EGRESS_STARTING") -> Egress:
    return Egress("EG_1", call.room_name, status, "", "", 0, 0)


def lines(call: Call) -> list[str]:
    return list(Event.objects.filter(call=call, type__startswith="recording.").values_list("type", flat=True))


def event(call: Call, status: str, **more: Any) -> None:
    payload: dict[str, Any] = {
        "event": "egress_ended",
        "id": f"EV_{status}",
        "createdAt": str(int(START.timestamp())),
        "egressInfo": {"egressId": "EG_1", "roomName": call.room_name, "status": status, **more},
    }
    LiveKitEvent.objects.create(
        project=call.project, event_id=payload["id"], type="egress_ended", room_name=call.room_name, payload=payload
    )
    ingest_waiting()


def test_it_is_recorded_saved_and_played_by_the_workspace_alone(
    call: Call, recorded: Any, api: APIClient, outsider_api: APIClient
) -> None:
    recorded(running(call))
    path = f"/v1/calls/{call.pk}/recording"
    assert api.get(path).json() == {
        "status": "recording", "url": "", "durationSeconds": None, "bytes": None, "error": "",
    }  # fmt: skip
    file = {"filename": f"recordings/{call.workspace_id}/{call.pk}.ogg", "duration": "72400000000", "size": "583211"}
    event(call, "EGRESS_COMPLETE", fileResults=[file])
    read = api.get(path).json()
    assert (read["status"], read["durationSeconds"], read["bytes"]) == ("saved", 72, 583_211)
    assert read["url"].startswith(
        f"https://storage.example.com/acme-calls/recordings/{call.workspace_id}/{call.pk}.ogg?"
    )
    assert SECRET not in read["url"]
    assert lines(call) == ["recording.requested", "recording.started", "recording.saved"]
    assert outsider_api.get(path).status_code == 404


def test_without_an_egress_service_the_call_goes_on_and_says_why(call: Call, recorded: Any) -> None:
    row = recorded(LiveKitUnreached("LiveKit has no egress service that records. Check that egress runs."))
    assert row.status == RecordingStatus.FAILED
    line = Event.objects.get(type="recording.failed")
    assert "no egress service" in line.data["message"]
    call.refresh_from_db()
    assert (call.status, call.end_requested) == ("in_progress", "")


def test_it_is_asked_for_once(call: Call, recorded: Any, livekit: Livekit, worker: APIClient) -> None:
    row = recorded(running(call))
    worker.post("/internal/agent/record", {"announced": True})
    recordings.start(row.pk)
    assert livekit.asked == 1


@pytest.mark.parametrize(("known", "status"), [(True, "recording"), (False, "failed")])
def test_an_answer_that_was_lost_is_looked_up(
    call: Call, recorded: Any, livekit: Livekit, known: bool, status: str
) -> None:
    row = recorded(LiveKitUnavailable("LiveKit did not answer."))
    assert row.status == RecordingStatus.STARTING
    Recording.objects.update(updated_at=START)
    livekit.answers = [[running(call, "EGRESS_ACTIVE")] if known else []]
    recordings.look_after()
    assert Recording.objects.get().status == status


def test_unannounced_nothing_is_recorded(call: Call, recorded: Any, livekit: Livekit) -> None:
    row = recorded(running(call), announced=False)
    assert (row.status, livekit.asked) == (RecordingStatus.FAILED, 0)
    assert "announcement" in row.error


def test_a_workspace_that_did_not_ask_is_not_recorded(call: Call, livekit: Livekit, worker: APIClient) -> None:
    TelephonySettings.objects.update(record_calls=False)
    assert worker.get("/internal/agent/session").json()["recording"] == {"announcement": ""}
    worker.post("/internal/agent/record", {"announced": True})
    assert not Recording.objects.exists()


def test_the_worker_knows_the_announcement_and_no_secret(livekit: Livekit, worker: APIClient) -> None:
    told = worker.get("/internal/agent/session")
    assert told.json()["recording"] == {"announcement": "This call is recorded."}
    assert SECRET not in told.content.decode()


def test_a_failure_of_the_egress_service_is_told(call: Call, recorded: Any, api: APIClient) -> None:
    recorded(running(call))
    event(call, "EGRESS_FAILED", error="upload failed")
    assert api.get(f"/v1/calls/{call.pk}/recording").json()["error"] == "upload failed"
    event(call, "EGRESS_COMPLETE")
    assert lines(call) == ["recording.requested", "recording.started", "recording.failed"]


def test_before_a_third_party_joins_it_is_stopped(call: Call, recorded: Any, livekit: Livekit) -> None:
    recorded(running(call))
    livekit.answers = [None]
    recordings.stop(call)
    assert livekit.asked == 2
    assert lines(call)[-1] == "recording.stopped"
