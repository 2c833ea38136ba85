"""Rooms, participants and dials: operations for `LiveKitClient.run` and `arun`."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from livekit import api
from livekit.protocol.models import DataPacket, ParticipantInfo

from telephony.livekit.dial_failures import dial_failure
from telephony.livekit.errors import DialTooLate
from telephony.livekit.operation import Operation
from telephony.livekit.reused_tokens import Rights

LONGEST_RINGING = 75.0  # seconds; the server itself gives up on a waiting dial after 80
DIAL_GRACE = 5.0  # seconds for the response after ringing ended
LIMIT_GRACE = 15.0  # seconds after ringing and talk time until LiveKit hangs up if Voxa did not


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One dial: `to` in the carrier's format, `caller_id` always set (LiveKit would pick a random one).

    `max_seconds` limits talk time. LiveKit counts from the INVITE, so the ringing is added.
    `caller_id` is the user in From, `display_name` the name there; if empty, LiveKit uses the user. `headers` are added
    to those of the trunk.
    """

    livekit_trunk_id: str
    to: str
    caller_id: str
    room: str
    identity: str
    ringing_seconds: float
    max_seconds: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Dialed:
    """An answered dial."""

    participant_id: str
    livekit_call_id: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room in LiveKit's list.

    As measured, `people` excludes agents, and both counts lag by a few seconds.
    """

    name: str
    people: int
    publishers: int


@dataclass(frozen=True, slots=True)
class Participant:
    """A participant. `kind` is LiveKit's: standard, sip, agent, ...; times are in seconds since the epoch."""

    identity: str
    participant_id: str
    kind: str
    attributes: Mapping[str, str]
    joined_at: int
    publishes: bool = False

    @property
    def is_phone(self) -> bool:
        """Return whether it is a caller or callee."""
        return self.kind == "sip"

    @property
    def is_agent(self) -> bool:
        """Return whether it is an agent worker."""
        return self.kind == "agent"


def participant_of(info: ParticipantInfo) -> Participant:
    """Read LiveKit's message."""
    kind = ParticipantInfo.Kind.Name(info.kind).lower()
    return Participant(info.identity, info.sid, kind, dict(info.attributes), info.joined_at, bool(info.tracks))


def create_room(
    name: str, *, agent_name: str, agent_metadata: Mapping[str, str], empty_seconds: int
) -> Operation[None]:
    """Create a room with a dispatched agent. Succeeds if the room exists."""

    async def call(server: api.LiveKitAPI) -> None:
        agent = api.RoomAgentDispatch(agent_name=agent_name, metadata=json.dumps(dict(agent_metadata)))
        await server.room.create_room(
            api.CreateRoomRequest(name=name, empty_timeout=empty_seconds, departure_timeout=20, agents=[agent])
        )

    return Operation(call, rights=Rights.ROOMS)


def dial(asked: Dial, *, not_after: datetime | None = None) -> Operation[Dialed]:
    """Call a number into a room and wait until it is answered.

    Raise `DialTooLate`, without a request, once `not_after` has passed.

    Raise `SipRefused` with the far end's code, `DialEnded` if there is none, `LiveKitUnreached` if nothing was dialed,
    `LiveKitUnavailable` if the outcome is unknown. Not idempotent: never repeat a dial whose outcome is unknown.
    """
    if asked.ringing_seconds > LONGEST_RINGING:
        raise ValueError(f"A dial rings at most {LONGEST_RINGING:g} seconds.")

    async def call(server: api.LiveKitAPI) -> Dialed:
        if not_after is not None and datetime.now(UTC) > not_after:
            raise DialTooLate("The dial was delayed. It waits for its next send window.")
        answer = await server.sip.create_sip_participant(
            api.CreateSIPParticipantRequest(
                sip_trunk_id=asked.livekit_trunk_id,
                # The SIP service escapes nothing, and a bare # would end the address (RFC 3261, 25.1).
                sip_call_to=asked.to.replace("#", "%23"),
                sip_number=asked.caller_id,
                room_name=asked.room,
                participant_identity=asked.identity,
                participant_attributes=dict(asked.attributes),
                headers=dict(asked.headers),
                display_name=asked.display_name or None,
                ringing_timeout=_duration(asked.ringing_seconds),
                max_call_duration=_duration(asked.max_seconds + asked.ringing_seconds + LIMIT_GRACE),
                wait_until_answered=True,
            )
        )
        return Dialed(answer.participant_id, answer.sip_call_id)

    return Operation(call, asked.ringing_seconds + DIAL_GRACE, rights=Rights.DIAL, failure=dial_failure)


def rooms() -> Operation[list[Room]]:
    """Return all rooms of the project, in one request."""

    async def call(server: api.LiveKitAPI) -> list[Room]:
        answer = await server.room.list_rooms(api.ListRoomsRequest())
        return [Room(room.name, room.num_participants, room.num_publishers) for room in answer.rooms]

    return Operation(call)


def dispatch_agent(room: str, *, agent_name: str, metadata: Mapping[str, str]) -> Operation[None]:
    """Dispatch an agent to a room. Not idempotent: each request may add another agent."""

    async def call(server: api.LiveKitAPI) -> None:
        await server.agent_dispatch.create_dispatch(
            api.CreateAgentDispatchRequest(agent_name=agent_name, room=room, metadata=json.dumps(dict(metadata)))
        )

    return Operation(call)


def participants(room: str) -> Operation[list[Participant]]:
    """Return the participants of a room; none if it does not exist."""

    async def call(server: api.LiveKitAPI) -> list[Participant]:
        answer = await server.room.list_participants(api.ListParticipantsRequest(room=room))
        return [participant_of(info) for info in answer.participants]

    return Operation(call)


def close_room(name: str) -> Operation[None]:
    """Close a room: phones are hung up, agents leave. Raise `LiveKitNotFound` if it does not exist."""

    async def call(server: api.LiveKitAPI) -> None:
        await server.room.delete_room(api.DeleteRoomRequest(room=name))

    return Operation(call, rights=Rights.ROOMS)


def remove_participant(room: str, identity: str) -> Operation[None]:
    """Remove a participant; a phone is hung up. Raise `LiveKitNotFound` if the identity is not in the room."""

    async def call(server: api.LiveKitAPI) -> None:
        await server.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))

    return Operation(call)


def send_data(room: str, data: bytes, *, topic: str, identities: Iterable[str]) -> Operation[None]:
    """Send a message to participants of a room. LiveKit does not report whether they received it."""

    async def call(server: api.LiveKitAPI) -> None:
        await server.room.send_data(
            api.SendDataRequest(
                room=room,
                data=data,
                kind=DataPacket.RELIABLE,
                topic=topic,
                destination_identities=list(identities),
                nonce=secrets.token_bytes(16),
            )
        )

    return Operation(call)


def transfer(
    room: str, identity: str, to: str, ringing_seconds: float = 30.0, headers: Mapping[str, str] | None = None
) -> Operation[None]:
    """Transfer a caller by REFER; `to` is tel:, sip: or sips:. Raise `SipRefused` if the far end declines."""

    async def call(server: api.LiveKitAPI) -> None:
        await server.sip.transfer_sip_participant(
            api.TransferSIPParticipantRequest(
                room_name=room,
                participant_identity=identity,
                transfer_to=to,
                headers=dict(headers or {}),
                ringing_timeout=_duration(ringing_seconds),
            )
        )

    return Operation(call, ringing_seconds + DIAL_GRACE)


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromTimedelta(timedelta(seconds=seconds))
    return duration
