"""A call is recorded after the announcement, and its timeline tells what became of it. LiveKit is played here."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from calls.choices import RecordingStatus
from calls.livekit.ingest import ingest_waiting
from calls.models import Call, Event, LiveKitEvent, Recording
from calls.recordings import recording as recordings
from telephony.livekit import LiveKitUnavailable, LiveKitUnreached
from telephony.livekit.egress import Egress
from telephony.models import TelephonySettings
from tests.calls.events.conftest import START

SECRET = "the-secret-of-the-storage"


class Livekit:
    """What LiveKit answers to each request, in order; `asked` are the requests' names."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[str] = []

    def run(self, operation: Any) -> Any:
        self.asked.append(operation.call.__qualname__.partition(".")[0])
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
    monkeypatch.setattr("calls.recordings.recording.client_for", lambda project: livekit)
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


def key(call: Call, part: str = "") -> str:
    return f"recordings/{call.workspace_id}/{call.pk}{part}.ogg"


def running(call: Call, status: str = "EGRESS_STARTING", egress_id: str = "EG_1", part: str = "") -> Egress:
    """An egress tells its file's name from the start, as egress 1.14.1 does."""
    return Egress(egress_id, call.room_name, status, "", key(call, part), 0, 0)


def lines(call: Call) -> list[str]:
    return list(Event.objects.filter(call=call, type__startswith="recording.").values_list("type", flat=True))


def event(call: Call, status: str, seconds: int = 0, size: int = 0, **more: Any) -> None:
    """A webhook of LiveKit's. What failed to be stored has a length, but no size."""
    file = {"filename": key(call), "duration": str(seconds * 1_000_000_000), "size": str(size)}
    info = {"egressId": "EG_1", "roomName": call.room_name, "status": status, "fileResults": [file], **more}
    payload: dict[str, Any] = {
        "event": "egress_ended",
        "id": f"EV_{status}",
        "createdAt": str(int(START.timestamp())),
        "egressInfo": info,
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
    part = {"status": "recording", "url": "", "durationSeconds": None, "bytes": None, "error": ""}
    assert api.get(path).json() == {**part, "parts": [part]}
    event(call, "EGRESS_COMPLETE", 72, 583_211)
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
    assert livekit.asked == ["start_recording"]


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
    assert (row.status, livekit.asked) == (RecordingStatus.FAILED, [])
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


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        ("EGRESS_FAILED", "S3 upload failed: InvalidAccessKeyId", "The storage rejected the recording. Check"),
        ("EGRESS_FAILED", "pipeline frozen", "could not record everything: pipeline frozen"),
        (
            "EGRESS_ABORTED",
            "Stop called before pipeline could start",
            "ended before LiveKit's egress service started",
        ),
        ("EGRESS_COMPLETE", "", "without saving a file"),
    ],
)
def test_what_failed_is_told_in_plain_words(
    call: Call, recorded: Any, api: APIClient, status: str, error: str, words: str
) -> None:
    recorded(running(call))
    event(call, status, 12, error=error)
    read = api.get(f"/v1/calls/{call.pk}/recording").json()
    assert (read["status"], read["url"]) == ("failed", "")
    assert words in read["error"]
    assert error in read["error"]
    assert lines(call)[-1] == "recording.failed"


def test_a_file_that_went_to_another_storage_is_none_of_ours(call: Call, recorded: Any) -> None:
    recorded(running(call))
    event(call, "EGRESS_COMPLETE", 12, 96_000, backupStorageUsed=True)
    row = Recording.objects.get()
    assert row.status == RecordingStatus.FAILED
    assert "its own backup storage" in row.error


def test_a_part_that_was_saved_is_kept_with_the_reason(call: Call, recorded: Any, api: APIClient) -> None:
    recorded(running(call))
    event(call, "EGRESS_LIMIT_REACHED", 3600, 28_800_000, error="Session limit reached")
    read = api.get(f"/v1/calls/{call.pk}/recording").json()
    assert (read["status"], read["durationSeconds"]) == ("saved", 3600)
    assert "limit" in read["error"]


def test_a_recorder_that_died_is_given_up_after_the_call_and_its_late_file_counts(
    call: Call, recorded: Any, livekit: Livekit
) -> None:
    """LiveKit says for ever that such a one is active, as measured."""
    recorded(running(call))
    for ended_at, status in [(None, "recording"), (timezone.now() - recordings.SAVES, "failed")]:
        Call.objects.filter(pk=call.pk).update(ended_at=ended_at)
        Recording.objects.update(updated_at=START)
        livekit.answers = [[running(call, "EGRESS_ACTIVE")]]
        recordings.look_after()
        assert Recording.objects.get().status == status
    assert "stopped before" in Recording.objects.get().error
    event(call, "EGRESS_COMPLETE", 72, 583_211)
    assert Recording.objects.get().status == RecordingStatus.SAVED
    assert Recording.objects.get().error == ""


def test_before_a_third_party_joins_it_is_stopped(call: Call, recorded: Any, livekit: Livekit) -> None:
    recorded(running(call))
    livekit.answers = [None]
    assert recordings.stop(call)
    assert livekit.asked[-1] == "stop_recording"
    assert lines(call)[-1] == "recording.stopped"


def test_where_it_cannot_be_stopped_nobody_is_called_in(call: Call, recorded: Any, livekit: Livekit) -> None:
    recorded(running(call))
    livekit.answers = [LiveKitUnavailable("LiveKit did not answer.")]
    with pytest.raises(LiveKitUnreached, match="nobody was called"):
        recordings.stop(call)
    assert "recording.stopped" not in lines(call)


def test_one_whose_answer_was_lost_is_found_and_stopped(call: Call, recorded: Any, livekit: Livekit) -> None:
    recorded(LiveKitUnavailable("LiveKit did not answer."))
    livekit.answers = [[running(call, "EGRESS_ACTIVE")], None]
    assert recordings.stop(call)
    assert livekit.asked == ["start_recording", "recordings", "stop_recording"]
    assert lines(call)[-1] == "recording.stopped"


def test_one_that_begins_after_a_third_party_was_called_is_stopped(
    call: Call, recorded: Any, livekit: Livekit, django_capture_on_commit_callbacks: Any
) -> None:
    recorded(LiveKitUnavailable("LiveKit did not answer."))
    livekit.answers = [[], None]
    recordings.stop(call)
    assert Recording.objects.get().error == recordings.THIRD_PARTY
    with django_capture_on_commit_callbacks(execute=True):
        event(call, "EGRESS_ACTIVE")
    assert livekit.asked[-1] == "stop_recording"
    assert Recording.objects.get().status == RecordingStatus.FAILED


def test_where_that_fails_it_is_stopped_later(
    call: Call, recorded: Any, livekit: Livekit, django_capture_on_commit_callbacks: Any
) -> None:
    recorded(LiveKitUnavailable("LiveKit did not answer."))
    livekit.answers = [[], LiveKitUnavailable("LiveKit did not answer."), None]
    recordings.stop(call)
    with django_capture_on_commit_callbacks(execute=True):
        event(call, "EGRESS_ACTIVE")
    Recording.objects.update(updated_at=START)
    recordings.look_after()
    assert livekit.asked[-2:] == ["stop_recording", "stop_recording"]
    assert livekit.answers == []


def test_one_whose_livekit_is_away_lets_others_go_before_it(call: Call, recorded: Any, livekit: Livekit) -> None:
    row = recorded(running(call))
    Recording.objects.create(call=call, part=2, project=call.project, asked_at=START, key=key(call, "-2"))
    Recording.objects.update(updated_at=START, room_name=row.room_name)
    for waiting in (1, 0):
        livekit.answers = [LiveKitUnavailable("LiveKit did not answer.")]
        recordings.look_after(most=1)
        assert Recording.objects.filter(updated_at=START).count() == waiting


def test_it_goes_on_in_a_next_part_where_nobody_was_called_in(
    call: Call, recorded: Any, livekit: Livekit, api: APIClient, django_capture_on_commit_callbacks: Any
) -> None:
    recorded(running(call))
    livekit.answers = [None, running(call, egress_id="EG_2", part="-2")]
    assert recordings.stop(call)
    with django_capture_on_commit_callbacks(execute=True):
        recordings.resume(call)
    event(call, "EGRESS_COMPLETE", 20, 160_000)
    parts = api.get(f"/v1/calls/{call.pk}/recording").json()["parts"]
    assert [(part["status"], part["durationSeconds"]) for part in parts] == [("saved", 20), ("recording", None)]
    assert [row.key for row in Recording.objects.order_by("part")] == [key(call), key(call, "-2")]


def test_a_call_that_is_ending_is_not_recorded_again(call: Call, recorded: Any, livekit: Livekit) -> None:
    recorded(running(call))
    Call.objects.filter(pk=call.pk).update(end_requested="hangup")
    recordings.resume(call)
    assert Recording.objects.count() == 1
