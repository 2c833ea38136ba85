"""A recording is deleted from its storage when its call goes, however often that takes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import WebhookMessage
from calls.choices import CallStatus, RecordingStatus, Speaker
from calls.models import Call, CallAnalysis, Recording, TranscriptItem
from calls.recordings.deletion import delete_due
from calls.services.erasure import erase_number
from calls.services.retention import purge
from tests.receiver import Receiver, answer, receiver


@pytest.fixture
def store(settings: Any) -> Iterator[Receiver]:
    """A storage that speaks S3."""
    with receiver() as box:
        settings.RECORDING_S3_BUCKET, settings.RECORDING_S3_ACCESS_KEY = "acme-calls", "key"
        settings.RECORDING_S3_SECRET, settings.RECORDING_S3_ENDPOINT = "secret", f"http://127.0.0.1:{box.port}"
        yield box


@pytest.fixture
def kept(call: Call) -> Call:
    """A call that is over, with all that was said in it."""
    now = timezone.now()
    Call.objects.filter(pk=call.pk).update(status=CallStatus.COMPLETED, ended_at=now)
    TranscriptItem.objects.create(call=call, speaker=Speaker.CALLER, text="I am Ann.", started_at=now, ended_at=now)
    CallAnalysis.objects.create(call=call, summary="Ann called.")
    WebhookMessage.objects.create(
        workspace=call.workspace, event_type="call.report", payload={"id": str(call.pk), "transcript": ["I am Ann."]}
    )
    Recording.objects.create(
        call=call,
        workspace=call.workspace,
        project=call.project,
        room_name=call.room_name,
        bucket="acme-calls",
        key="recordings/1.ogg",
        status=RecordingStatus.SAVED,
        asked_at=now,
    )
    return call


def test_past_its_days_a_call_goes_with_its_recording(kept: Call, store: Receiver) -> None:
    Call.objects.filter(pk=kept.pk).update(ended_at=timezone.now() - timedelta(days=91))
    assert (purge()[0], delete_due()) == (1, 1)
    (sent,) = store.requests
    assert sent.path.startswith("/acme-calls/recordings/1.ogg")
    assert not Recording.objects.exists()
    assert not TranscriptItem.objects.exists()
    assert not CallAnalysis.objects.exists()


def test_what_cannot_be_deleted_stays_and_says_why(kept: Call, store: Receiver) -> None:
    store.respond = answer(403, b"<Error><Code>AccessDenied</Code></Error>", Content_Type="application/xml")
    kept.delete()
    assert delete_due() == 0
    row = Recording.objects.get()
    assert "AccessDenied" in row.error
    store.respond = answer(204)
    assert delete_due() == 0  # not yet
    Recording.objects.update(due_at=timezone.now())
    assert delete_due() == 1


def test_without_a_storage_nothing_is_forgotten(kept: Call) -> None:
    kept.delete()
    assert delete_due() == 0
    assert "RECORDING_S3_BUCKET" in Recording.objects.get().error


def test_a_recording_of_a_call_that_stays_is_kept(kept: Call, store: Receiver) -> None:
    assert (delete_due(), store.requests) == (0, [])


def test_what_a_person_said_goes_with_their_number(kept: Call, store: Receiver) -> None:
    counted = erase_number("+12025550177", dry_run=True)
    assert (counted["transcript lines"], counted["analyses"], counted["recordings"]) == (1, 1, 1)
    erase_number("+12025550177")
    assert not TranscriptItem.objects.exists()
    assert not CallAnalysis.objects.exists()
    assert not WebhookMessage.objects.exists()
    assert delete_due() == 1


def test_a_number_that_another_named_goes_alone(kept: Call) -> None:
    TranscriptItem.objects.update(text="Call +12025550188, not +120255501881.")
    erase_number("+12025550188")
    assert TranscriptItem.objects.get().text == "Call erased, not +120255501881."


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What LiveKit is asked for."""
    asked: list[Any] = []

    class Client:
        def run(self, operation: Any) -> list[Any]:
            asked.append(operation)
            return []

    monkeypatch.setattr("calls.recordings.recording.client_for", lambda project: Client())
    return asked


@pytest.mark.parametrize(("minutes", "gone"), [(1, 0), (16, 1)])
@pytest.mark.parametrize(("status", "egress_id"), [(RecordingStatus.RECORDING, "EG_1"), (RecordingStatus.STARTING, "")])
def test_a_file_that_is_or_may_be_written_is_waited_for(
    kept: Call,
    store: Receiver,
    stopped: list[Any],
    status: RecordingStatus,
    egress_id: str,
    minutes: int,
    gone: int,
) -> None:
    since = timezone.now() - timedelta(minutes=minutes)
    Recording.objects.update(status=status, egress_id=egress_id, updated_at=since)
    kept.delete()
    assert delete_due() == gone
    assert (len(stopped), len(store.requests)) == (1 - gone, gone)
    Recording.objects.update(status=RecordingStatus.SAVED, due_at=timezone.now())
    assert delete_due() == 1 - gone


def test_a_recording_that_cannot_be_deleted_names_nobody(kept: Call) -> None:
    Recording.objects.update(room_name="call-_+12025550177_x1")
    erase_number("+12025550177")
    assert delete_due() == 0  # no storage is set
    assert Recording.objects.get().room_name == "call-_erased_x1"


def test_every_part_goes_with_its_call(kept: Call, store: Receiver) -> None:
    first = Recording.objects.get()
    Recording.objects.create(
        call=kept, part=2, project=kept.project, room_name=kept.room_name, bucket=first.bucket,
        key="recordings/1-2.ogg", status=RecordingStatus.SAVED, asked_at=timezone.now(),
    )  # fmt: skip
    erase_number("+12025550177")
    assert delete_due() == 2
    assert sorted(sent.path.partition("?")[0] for sent in store.requests) == [
        "/acme-calls/recordings/1-2.ogg",
        "/acme-calls/recordings/1.ogg",
    ]
