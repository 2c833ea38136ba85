"""Recordings by LiveKit's egress service: operations for `LiveKitClient.run`."""

from dataclasses import dataclass, field

from livekit import api

from telephony.livekit_client.errors import LiveKitUnreached
from telephony.livekit_client.operation import Operation

# As measured, livekit-server 1.13.5 waits 21 s for an egress service before it says that there is none.
START_SECONDS = 30.0
_NOBODY = "no response from servers"
NANOSECONDS = 1_000_000_000
RUNNING = {"EGRESS_STARTING", "EGRESS_ACTIVE", "EGRESS_ENDING"}
SAVED = {"EGRESS_COMPLETE", "EGRESS_LIMIT_REACHED"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an S3-compatible storage. An empty `endpoint` is Amazon's."""

    name: str
    region: str
    endpoint: str
    access_key: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Egress:
    """A recording as LiveKit tells of it. `seconds` and `bytes` are 0 until it is saved."""

    egress_id: str
    room: str
    status: str
    error: str
    key: str
    seconds: int
    bytes: int

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def is_saved(self) -> bool:
        return self.status in SAVED


def egress_of(info: api.EgressInfo) -> Egress:
    """Read LiveKit's message."""
    file = info.file_results[0] if info.file_results else api.FileInfo()
    status = api.EgressStatus.Name(info.status)
    seconds = round(file.duration / NANOSECONDS)
    return Egress(info.egress_id, info.room_name, status, info.error[:300], file.filename, seconds, file.size)


def start_recording(room: str, key: str, bucket: Bucket) -> Operation[Egress]:
    """Record all that is heard in a room into an Ogg file, until the room ends. Not idempotent.

    Raises LiveKitUnreached where no egress service runs, after some 20 s.
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
                raise LiveKitUnreached("LiveKit has no egress service that records. Check that egress runs.") from None
            raise

    return Operation(call, START_SECONDS)


def stop_recording(egress_id: str) -> Operation[None]:
    """End a recording; what was recorded is saved. Raises LiveKitNotFound where LiveKit does not know it."""

    async def call(server: api.LiveKitAPI) -> None:
        await server.egress.stop_egress(api.StopEgressRequest(egress_id=egress_id))

    return Operation(call)


def recordings(room: str) -> Operation[list[Egress]]:
    """Give the recordings of a room that LiveKit still knows."""

    async def call(server: api.LiveKitAPI) -> list[Egress]:
        answer = await server.egress.list_egress(api.ListEgressRequest(room_name=room))
        return [egress_of(info) for info in answer.items]

    return Operation(call)
