"""Recording calls: asked for by the worker once the announcement was said, done by LiveKit's egress service."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls import storage
from calls.choices import RecordingStatus
from calls.models import Call, Recording
from calls.services.timeline import note
from calls.services.tools import speaking
from telephony.livekit_client import (
    LiveKitError,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnreached,
    client_for,
    egress,
)
from telephony.models import LiveKitProject, TelephonySettings
from voxa.publish import publish

OPEN = (RecordingStatus.STARTING, RecordingStatus.RECORDING)
LOOK_AFTER = timedelta(minutes=2)  # without news of a recording, of a call that is over
THIRD_PARTY = "A third party is called into the room, whom nobody told of the recording."
UNANNOUNCED = "What speaks for the agent cannot be told to say the announcement, so nothing is recorded."
UNCONFIGURED = "No storage is set for recordings. The operator sets RECORDING_S3_BUCKET and its keys."


def announcement_of(call: Call) -> str:
    """Give what callers are told before they are recorded; empty where they are not."""
    config = TelephonySettings.of(call.workspace_id)
    return config.recording_announcement if config.record_calls and storage.bucket() else ""


@transaction.atomic
def begin(call: Call, *, announced: bool) -> None:
    """Have a call recorded, once, if its workspace records calls and the announcement was said.

    Nothing that goes wrong with a recording ends a call: it is written in the timeline. Raises Conflict where the call
    is not in progress.
    """
    speaking(call)
    if not TelephonySettings.of(call.workspace_id).record_calls:
        return
    bucket, now = storage.bucket(), timezone.now()
    recording, made = Recording.objects.get_or_create(
        call=call,
        defaults={
            "workspace_id": call.workspace_id,
            "project_id": call.project_id,
            "room_name": call.room_name,
            "bucket": bucket.name if bucket else "",
            "key": f"recordings/{call.workspace_id}/{call.pk}.ogg",
        },
    )
    if not made:
        return
    note(call, "recording.requested", now)
    if bucket is None or not announced:
        fail(recording, UNANNOUNCED if bucket else UNCONFIGURED)
    else:
        transaction.on_commit(partial(_send_start, recording.pk))


def _send_start(recording_id: UUID) -> None:
    from calls.tasks import start_recording

    publish(start_recording, str(recording_id))


def start(recording_id: UUID) -> None:
    """Ask LiveKit to record, once. What is not known afterwards is looked up later."""
    now = timezone.now()
    fresh = Recording.objects.filter(pk=recording_id, status=RecordingStatus.STARTING, asked_at=None)
    if not fresh.update(asked_at=now, updated_at=now):
        return
    recording = Recording.objects.select_related("call", "project").get(pk=recording_id)
    bucket = storage.bucket()
    if bucket is None or recording.project is None:
        fail(recording, UNCONFIGURED)
        return
    client = client_for(recording.project)
    try:
        told = client.run(egress.start_recording(recording.room_name, recording.key, bucket))
        take(recording.project, told)
        if not Recording.objects.filter(pk=recording_id, status__in=OPEN).exists():  # stopped meanwhile
            client.run(egress.stop_recording(told.egress_id))
    except (LiveKitUnreached, LiveKitRefused, LiveKitNotFound) as error:
        fail(recording, str(error))
    except LiveKitError as error:
        Recording.objects.filter(pk=recording_id).update(error=str(error)[:500])


@transaction.atomic
def take(project: LiveKitProject, told: egress.Egress) -> None:
    """Bring a recording up to what LiveKit tells of it. Late and repeated news change nothing."""
    rows = Recording.objects.select_for_update(of=("self",)).filter(project=project, room_name=told.room)
    recording = rows.filter(egress_id__in=("", told.egress_id), status__in=OPEN).first()
    if recording is None:
        return
    if told.is_running:
        _write(recording, RecordingStatus.RECORDING, "recording.started", egress_id=told.egress_id, error="")
    elif told.is_saved:
        found = {"duration_seconds": told.seconds, "bytes": told.bytes, "key": told.key or recording.key}
        _write(recording, RecordingStatus.SAVED, "recording.saved", egress_id=told.egress_id, error="", **found)
    else:
        Recording.objects.filter(pk=recording.pk).update(egress_id=told.egress_id)
        fail(recording, told.error or "LiveKit's egress service gave up.")


def link_of(recording: Recording | None) -> str:
    """Give a URL that plays a saved recording for the next 5 minutes; empty where there is nothing to play."""
    if recording is None or recording.status != RecordingStatus.SAVED:
        return ""
    with suppress(storage.StorageFailed):  # the operator has set it no more
        return storage.link(recording.bucket, recording.key)
    return ""


def fail(recording: Recording, words: str) -> None:
    """Write that there is no recording, and why."""
    _write(recording, RecordingStatus.FAILED, "recording.failed", error=words[:500])


def stop(call: Call) -> None:
    """End a call's recording: somebody joins whom nobody told of it. What fails is in the timeline."""
    recording = Recording.objects.select_related("project", "call").filter(call=call, status__in=OPEN).first()
    if recording is None or recording.project is None:
        return
    if not recording.egress_id:
        fail(recording, THIRD_PARTY)
        return
    words = THIRD_PARTY
    try:
        client_for(recording.project).run(egress.stop_recording(recording.egress_id))
    except LiveKitError as error:
        words = f"The recording could not be stopped: {error}"
    note(call, "recording.stopped", timezone.now(), None, message=words)


def look_after(most: int = 100) -> None:
    """Ask LiveKit about recordings that no event tells of any more, and ask for those that were never asked for."""
    old = Recording.objects.filter(status__in=OPEN, updated_at__lt=timezone.now() - LOOK_AFTER)
    for recording in old.select_related("project", "call")[:most]:
        if recording.project is None:
            fail(recording, "Its LiveKit project is gone.")
        elif recording.asked_at is None:
            _send_start(recording.pk)
        else:
            _look(recording, recording.project)


def _look(recording: Recording, project: LiveKitProject) -> None:
    try:
        known = client_for(project).run(egress.recordings(recording.room_name))
    except LiveKitError:
        return  # asked again with the next sweep
    for told in known:
        take(project, told)
    if not known:
        fail(recording, "LiveKit knows of no recording of this call.")
    Recording.objects.filter(pk=recording.pk).update(updated_at=timezone.now())


def _write(recording: Recording, status: RecordingStatus, line: str, **fields: Any) -> None:
    """Move a recording forward, with a line in its call's timeline; nothing where it moved on already."""
    before = [one for one in OPEN if one != status]
    now = timezone.now()
    rows = Recording.objects.filter(pk=recording.pk, status__in=before)
    if rows.update(status=status, updated_at=now, **fields) and recording.call is not None:
        message = fields.get("error") or ""
        note(recording.call, line, now, None, **({"message": message} if message else {}))
