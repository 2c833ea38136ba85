"""Record calls: requested by the worker after the announcement, performed by LiveKit's egress service."""

import time
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from calls.choices import CallStatus, EventType, RecordingStatus
from calls.models import Call, Reception, Recording
from calls.recordings import storage
from calls.services.timeline import note
from calls.services.tools import speaking
from telephony.choices import Fallback
from telephony.livekit import LiveKitError, LiveKitNotFound, LiveKitRefused, LiveKitUnreached, client_for, egress
from telephony.models import LiveKitProject, TelephonySettings
from voxa.core.tasks import publish, publish_on_commit

START = "calls.tasks.start_recording"
OPEN = (RecordingStatus.STARTING, RecordingStatus.RECORDING)
_BEFORE = {
    RecordingStatus.RECORDING: (RecordingStatus.STARTING,),
    RecordingStatus.SAVED: (*OPEN, RecordingStatus.FAILED),
    RecordingStatus.FAILED: OPEN,
}
LOOK_AFTER = timedelta(minutes=2)  # without an update of a recording
SECONDS = 30.0  # after which a sweep starts nothing new
SAVES = timedelta(minutes=15)  # after the end, for saving the file. LiveKit never removes a recorder that died
THIRD_PARTY = "The recording stopped because a third party joins who did not hear the announcement."
UNANNOUNCED = "The announcement could not be played, so nothing is recorded. A custom bot cannot be told to play it."
GAVE_UP = "LiveKit's egress service ended the recording without saving a file."
LOST = "LiveKit's egress service stopped before it saved the recording."
UNCONFIGURED = "Recording storage is not configured. The operator must set RECORDING_S3_BUCKET and its keys."


def announcement_of(call: Call) -> str:
    """Return the announcement before a recording; empty if calls are not recorded."""
    config = TelephonySettings.of(call.workspace_id)
    return config.recording_announcement if config.record_calls and storage.bucket() else ""


@transaction.atomic
def begin(call: Call, *, announced: bool) -> None:
    """Record a call, once, if its workspace records calls and the announcement was played, or if it is a voicemail.

    A failure of a recording never ends the call; the timeline has it. Raise `Conflict` if the call is not in
    progress.
    """
    if not Reception.objects.filter(call=call, fallback__action=Fallback.VOICEMAIL).exists():
        speaking(call)
        if not TelephonySettings.of(call.workspace_id).record_calls:
            return
    recording = _new_part(call, 1)
    if recording is None:
        return
    note(call, EventType.RECORDING_REQUESTED, timezone.now())
    if not recording.bucket or not announced:
        fail(recording, UNANNOUNCED if recording.bucket else UNCONFIGURED)
    else:
        publish_on_commit(START, str(recording.pk))


@transaction.atomic
def resume(call: Call) -> None:
    """Resume after `stop` with the next part if nobody joined."""
    fresh = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    last = Recording.objects.filter(call=call).order_by("part").last()
    if fresh.status != CallStatus.IN_PROGRESS or fresh.end_requested or last is None:
        return
    recording = _new_part(fresh, last.part + 1)
    if recording is not None and recording.bucket:
        note(call, EventType.RECORDING_RESUMED, timezone.now())
        publish_on_commit(START, str(recording.pk))


def _new_part(call: Call, part: int) -> Recording | None:
    """Create the row of a recording to start; None if it exists already."""
    bucket = storage.bucket()
    recording, made = Recording.objects.get_or_create(
        call=call,
        part=part,
        defaults={
            "workspace_id": call.workspace_id,
            "project_id": call.project_id,
            "room_name": call.room_name,
            "bucket": bucket.name if bucket else "",
            "key": f"recordings/{call.workspace_id}/{call.pk}{'' if part == 1 else f'-{part}'}.ogg",
        },
    )
    return recording if made else None


def start(recording_id: UUID) -> None:
    """Request the recording from LiveKit, once. An unknown outcome is looked up later."""
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
        Recording.objects.filter(pk=recording_id).update(egress_id=told.egress_id)
        take(recording.project, told)
    except (LiveKitUnreached, LiveKitRefused, LiveKitNotFound) as error:
        fail(recording, str(error))
    except LiveKitError as error:
        Recording.objects.filter(pk=recording_id).update(error=str(error)[:500])


@transaction.atomic
def take(project: LiveKitProject, told: egress.Egress) -> None:
    """Update a recording from LiveKit's report. Late and repeated reports change nothing.

    A recording marked as failed counts as saved if it is saved after all; one that starts after all is stopped.
    """
    rows = Recording.objects.select_for_update(of=("self",)).filter(project=project, room_name=told.room)
    known = Q(egress_id=told.egress_id) | Q(egress_id="", key=told.key)
    recording = rows.filter(known, asked_at__isnull=False).first()
    if recording is None or recording.status == RecordingStatus.SAVED:
        return
    if not recording.egress_id:
        Recording.objects.filter(pk=recording.pk).update(egress_id=told.egress_id)
    if told.started_at and recording.started_at is None:
        Recording.objects.filter(pk=recording.pk).update(started_at=told.started_at)
    if told.is_saved:
        found = {"duration_seconds": told.seconds, "bytes": told.bytes, "error": told.error}
        _write(recording, RecordingStatus.SAVED, EventType.RECORDING_SAVED, **found)
    elif not told.is_running:
        fail(recording, told.error or GAVE_UP)
    elif recording.status == RecordingStatus.FAILED:
        publish_on_commit("calls.tasks.stop_recording", str(recording.pk))
    else:
        _write(recording, RecordingStatus.RECORDING, EventType.RECORDING_STARTED, error="")


def stop_unwanted(recording_id: UUID) -> None:
    """Stop a recording that was marked as failed and started after all. Raise `LiveKitError` if it may continue."""
    recording = Recording.objects.select_related("project").get(pk=recording_id)
    if recording.status == RecordingStatus.FAILED and recording.project is not None:
        with suppress(LiveKitNotFound):
            client_for(recording.project).run(egress.stop_recording(recording.room_name, recording.egress_id))


def link_of(recording: Recording) -> str:
    """Return a playback URL of a saved recording, valid for 5 minutes; empty if there is nothing to play."""
    if recording.status != RecordingStatus.SAVED:
        return ""
    with suppress(storage.StorageFailed):  # the operator has removed the setting
        return storage.link(recording.bucket, recording.key)
    return ""


def fail(recording: Recording, words: str) -> None:
    _write(recording, RecordingStatus.FAILED, EventType.RECORDING_FAILED, error=words[:500])


def stop(call: Call) -> bool:
    """Stop a call's recording before someone joins who did not hear the announcement; return whether there was one.

    Raise `LiveKitUnreached` if it may continue: then nobody may join.
    """
    recording = Recording.objects.select_related("project", "call").filter(call=call, status__in=OPEN).first()
    if recording is None or recording.project is None:
        return False
    try:
        end_egress(recording, recording.project)
    except LiveKitError as error:
        raise LiveKitUnreached(f"The recording could not be stopped, so nobody was called: {error}") from None
    recording.refresh_from_db(fields=["egress_id"])
    if recording.egress_id:
        note(call, EventType.RECORDING_STOPPED, timezone.now(), None, message=THIRD_PARTY)
    else:
        fail(recording, THIRD_PARTY)  # if it starts after all, `take` stops it
    return True


def end_egress(recording: Recording, project: LiveKitProject) -> None:
    """Stop the known egress, else those that LiveKit lists after a lost response. Raise `LiveKitError` on failure."""
    client = client_for(project)
    ids = [recording.egress_id]
    if not recording.egress_id:
        known = client.run(egress.recordings(recording.room_name))
        for told in known:
            take(project, told)
        ids = [told.egress_id for told in known if told.is_running]
    for egress_id in ids:
        with suppress(LiveKitNotFound):
            client.run(egress.stop_recording(recording.room_name, egress_id))


def look_after(most: int = 100) -> None:
    """Query LiveKit about recordings without recent events, request those never requested, and stop failed ones that
    still run. Handles a bounded number within a bounded time, the longest waiting first.
    """
    until = time.monotonic() + SECONDS
    unwanted = Recording.objects.filter(status=RecordingStatus.FAILED, call__status=CallStatus.IN_PROGRESS)
    for rows in (unwanted.exclude(egress_id=""), Recording.objects.filter(status__in=OPEN).exclude(call=None)):
        quiet = rows.filter(updated_at__lt=timezone.now() - LOOK_AFTER).order_by("updated_at")
        for recording in quiet.select_related("project", "call")[:most]:
            if time.monotonic() > until:
                return
            # First, so that one whose LiveKit does not respond moves to the end of the queue.
            Recording.objects.filter(pk=recording.pk).update(updated_at=timezone.now())
            with suppress(LiveKitError):  # retried by a later sweep
                _see_to(recording)


def _see_to(recording: Recording) -> None:
    if recording.status == RecordingStatus.FAILED:
        stop_unwanted(recording.pk)
    elif recording.project is None:
        fail(recording, "Its LiveKit project was deleted.")
    elif recording.asked_at is None:
        publish(START, str(recording.pk))
    else:
        _look(recording, recording.project)


def _look(recording: Recording, project: LiveKitProject) -> None:
    known = client_for(project).run(egress.recordings(recording.room_name))
    for told in known:
        take(project, told)
    ended_at = recording.call.ended_at if recording.call else None
    if not known:
        fail(recording, "LiveKit has no recording of this call.")
    elif ended_at is not None and ended_at < timezone.now() - SAVES:
        fail(recording, LOST)


def _write(recording: Recording, status: RecordingStatus, line: EventType, **fields: Any) -> None:
    """Move a recording forward, with a timeline event; do nothing if it has moved on already."""
    now = timezone.now()
    rows = Recording.objects.filter(pk=recording.pk, status__in=_BEFORE[status])
    if rows.update(status=status, updated_at=now, **fields) and recording.call is not None:
        message = fields.get("error") or ""
        note(recording.call, line, now, None, **({"message": message} if message else {}))
