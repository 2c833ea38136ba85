"""Recordings by LiveKit's egress service: operations for `LiveKitClient.run`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from livekit import api

from telephony.livekit.errors import LiveKitUnreached
from telephony.livekit.operation import Operation

# As measured, livekit-server 1.13.5 waits 21 s for an egress service before it responds that there is none.
START_SECONDS = 30.0
STOP_SECONDS = 10.0
_NOBODY = "no response from servers"
_STORAGE = "The storage rejected the recording. Check RECORDING_S3_BUCKET, its keys and its endpoint."
_UNANSWERED = {api.ServerErrorCode.DEADLINE_EXCEEDED, api.ServerErrorCode.UNAVAILABLE}
LONGEST = 300  # maximum length of LiveKit's text
NANOSECONDS = 1_000_000_000
RUNNING = {"EGRESS_STARTING", "EGRESS_ACTIVE", "EGRESS_ENDING"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an S3-compatible storage. An empty `endpoint` means Amazon S3."""

    name: str
    region: str
    endpoint: str
    access_key: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Egress:
    """A recording in LiveKit. `error` is for people; `seconds` and `bytes` are 0 until it is saved."""

    egress_id: str
    room: str
    status: str
    error: str
    key: str
    seconds: int
    bytes: int
    elsewhere: bool = False  # in the egress service's own backup storage, which is unknown here
    started_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def is_saved(self) -> bool:
        """Return whether a file is in our storage: its size is reported once the storage accepted it.

        A recording that ended early (`error` says why) may be saved in part.
        """
        return not self.is_running and self.bytes > 0 and not self.elsewhere


def egress_of(info: api.EgressInfo) -> Egress:
    """Parse LiveKit's message."""
    file = info.file_results[0] if info.file_results else api.FileInfo()
    status = api.EgressStatus.Name(info.status)
    seconds = round(file.duration / NANOSECONDS)
    words, elsewhere = _words(status, info), info.backup_storage_used
    began = file.started_at or info.started_at
    started_at = datetime.fromtimestamp(began / NANOSECONDS, UTC) if began else None
    return Egress(
        info.egress_id, info.room_name, status, words, file.filename, seconds, file.size, elsewhere, started_at
    )


def _words(status: str, info: api.EgressInfo) -> str:
    """Return the error text, empty without an error. The text of egress 1.14.1 itself comes last."""
    said = info.error[:LONGEST]
    if info.backup_storage_used:
        return f"{_STORAGE} LiveKit's egress service kept the file in its own backup storage."
    if "upload failed" in said:
        return f"{_STORAGE} LiveKit's egress service says: {said}"
    match status:
        case "EGRESS_LIMIT_REACHED":
            return "It ended early, at the limit configured for LiveKit's egress service."
        case "EGRESS_ABORTED":
            return f"It ended before LiveKit's egress service started: {said or 'no reason given'}."
        case "EGRESS_FAILED":
            return f"LiveKit's egress service could not record everything: {said or 'no reason given'}."
    return ""


def start_recording(room: str, key: str, bucket: Bucket) -> Operation[Egress]:
    """Record a room's audio to an Ogg file until the room ends. Not idempotent.

    Without video and layout the service needs no browser. Raise `LiveKitUnreached` after some 20 s if no egress service
    runs or none is free.
    """
    storage = api.S3Upload(
        access_key=bucket.access_key,
        secret=bucket.secret,
        region=bucket.region,
        endpoint=bucket.endpoint,
        bucket=bucket.name,
        force_path_style=bool(bucket.endpoint),
    )
    file = api.EncodedFileOutput(file_type=api.EncodedFileType.OGG, filepath=key, disable_manifest=True, s3=storage)
    request = api.RoomCompositeEgressRequest(room_name=room, audio_only=True, file_outputs=[file])

    async def call(server: api.LiveKitAPI) -> Egress:
        try:
            return egress_of(await server.egress.start_room_composite_egress(request))
        except api.ServerError as error:
            if error.code == api.ServerErrorCode.UNAVAILABLE and _NOBODY in error.message:
                words = "LiveKit has no egress service available. Check that one runs and has capacity."
                raise LiveKitUnreached(words) from None
            raise

    return Operation(call, START_SECONDS)


def stop_recording(room: str, egress_id: str) -> Operation[None]:
    """Stop a recording and save it. Stopping one that has ended already succeeds.

    If the egress service does not respond, its participant is removed from the room. Raise `LiveKitNotFound` if LiveKit
    does not know the recording.
    """

    async def call(server: api.LiveKitAPI) -> None:
        try:
            await server.egress.stop_egress(api.StopEgressRequest(egress_id=egress_id))
        except api.ServerError as error:
            if error.code == api.ServerErrorCode.FAILED_PRECONDITION:
                return
            if error.code not in _UNANSWERED:
                raise
            await _take_out(server, room, egress_id)

    return Operation(call, STOP_SECONDS)


async def _take_out(server: api.LiveKitAPI, room: str, identity: str) -> None:
    try:
        await server.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))
    except api.ServerError as error:
        if error.code != api.ServerErrorCode.NOT_FOUND:
            raise


def recordings(room: str) -> Operation[list[Egress]]:
    """Return the recordings of a room that LiveKit still lists."""

    async def call(server: api.LiveKitAPI) -> list[Egress]:
        answer = await server.egress.list_egress(api.ListEgressRequest(room_name=room))
        return [egress_of(info) for info in answer.items]

    return Operation(call)
