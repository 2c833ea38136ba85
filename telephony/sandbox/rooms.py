"""The sandbox's rooms and participants, in memory only."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from livekit.protocol.agent_dispatch import AgentDispatch
from livekit.protocol.models import (
    DisconnectReason,
    ParticipantInfo,
    ParticipantPermission,
    TrackInfo,
    TrackSource,
    TrackType,
)
from livekit.protocol.models import Room as RoomInfo
from livekit.protocol.room import CreateRoomRequest
from livekit.protocol.webhook import WebhookEvent

from telephony.sandbox.store import new_id

EMPTY_SECONDS = 300  # for a room that nobody joined, as in livekit-server
DEPARTURE_SECONDS = 20  # for a room that everybody left
SWEEP_SECONDS = 1.0
_DEPENDENT = (ParticipantInfo.AGENT, ParticipantInfo.EGRESS)


@dataclass
class Occupant:
    """A participant; `gone` is set when they leave or are removed."""

    info: ParticipantInfo
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    ghost: bool = False  # listed after a crash of the server, but gone
    token: Mapping[str, str] = field(default_factory=dict)  # attributes that it joined with

    @property
    def counts(self) -> bool:
        """Return whether they keep the room open; agents do not."""
        return self.info.kind not in _DEPENDENT


@dataclass
class Room:
    """One room. `visited`: someone has joined. `left_at`: when the last one left, in seconds since the epoch."""

    info: RoomInfo
    occupants: dict[str, Occupant] = field(default_factory=dict)
    dispatches: dict[str, AgentDispatch] = field(default_factory=dict)
    visited: bool = False
    left_at: float | None = None

    @property
    def is_heard(self) -> bool:
        """Return whether a caller who rings would hear something: an agent, or a third party who was called.

        A real SIP service answers a call in when it subscribes to a track. A ghost has none.
        """
        return any(
            (one.info.tracks and not one.ghost) or one.info.attributes.get("sip.callStatus") == "active"
            for one in self.occupants.values()
        )

    @property
    def has_visitors(self) -> bool:
        return any(occupant.counts for occupant in self.occupants.values())

    def is_idle(self, now: float) -> bool:
        """Return whether the room has been empty for too long."""
        if self.has_visitors:
            return False
        if self.visited and self.left_at is not None:
            return now - self.left_at >= self.info.departure_timeout
        return now - self.info.creation_time_ms / 1000 >= self.info.empty_timeout


class Rooms:
    """All rooms. `emit` gets each webhook event; `now` returns seconds since the epoch."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.emit: Callable[[WebhookEvent], None] = lambda event: None
        self._now = now
        self._rooms: dict[str, Room] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(list(self._rooms.values()))

    def get(self, name: str) -> Room | None:
        return self._rooms.get(name)

    def open(self, asked: CreateRoomRequest) -> Room:
        """Return the room of this name; create it if there is none."""
        if room := self._rooms.get(asked.name):
            return room
        now = self._now()
        info = RoomInfo(
            sid=new_id("RM_"),
            name=asked.name,
            empty_timeout=asked.empty_timeout or EMPTY_SECONDS,
            departure_timeout=asked.departure_timeout or DEPARTURE_SECONDS,
            max_participants=asked.max_participants,
            metadata=asked.metadata,
            turn_password=secrets.token_urlsafe(32),
            creation_time=int(now),
            creation_time_ms=int(now * 1000),
        )
        room = self._rooms[asked.name] = Room(info)
        self._tell("room_started", room)
        return room

    def close(self, room: Room, reason: DisconnectReason) -> None:
        """Remove all participants and delete the room."""
        for identity in list(room.occupants):
            self.leave(room, identity, reason)
        if self._rooms.get(room.info.name) is room:
            del self._rooms[room.info.name]
            self._tell("room_finished", room)

    def join(self, room: Room, info: ParticipantInfo) -> Occupant:
        """Admit a participant; one with the same identity is removed."""
        if info.identity in room.occupants:
            self.leave(room, info.identity, DisconnectReason.DUPLICATE_IDENTITY)
        info.permission.CopyFrom(
            ParticipantPermission(can_subscribe=True, can_publish=True, can_publish_data=True, can_update_metadata=True)
        )
        occupant = Occupant(info, token=dict(info.attributes))
        self._enter(room, occupant)
        return occupant

    def lose(self, room: Room) -> list[Occupant]:
        """Crash: return the phones, gone until they `rejoin`. Agents stay listed as ghosts. No event is sent."""
        phones = [one for one in room.occupants.values() if one.info.kind == ParticipantInfo.SIP]
        for one in room.occupants.values():
            one.ghost = one.info.kind == ParticipantInfo.AGENT
        for phone in phones:
            del room.occupants[phone.info.identity]
        return phones

    def rejoin(self, room: Room, occupant: Occupant) -> None:
        """Admit a phone again, under a new ID, with its own attributes but those of its token restored.

        As measured, `sip.callIDFull` is kept, and an answered call's `sip.callStatus` is as at its beginning.
        """
        occupant.info.attributes.update(occupant.token)
        occupant.info.version = 0
        self._enter(room, occupant)

    def _enter(self, room: Room, occupant: Occupant) -> None:
        info, now = occupant.info, self._now()
        info.sid, info.state = new_id("PA_"), ParticipantInfo.ACTIVE
        info.joined_at, info.joined_at_ms = int(now), int(now * 1000)
        room.occupants[info.identity] = occupant
        room.visited = room.visited or occupant.counts
        self._count(room)
        self._tell("participant_joined", room, info)

    def publish(self, room: Room, occupant: Occupant) -> None:
        """Publish a silent microphone track. Its event has IDs of room and participant alone, as LiveKit's has."""
        track = TrackInfo(sid=new_id("TR_"), type=TrackType.AUDIO, source=TrackSource.MICROPHONE, mime_type="audio/red")
        occupant.info.tracks.append(track)
        whose = ParticipantInfo(sid=occupant.info.sid, identity=occupant.info.identity)
        self._tell("track_published", room, whose, track)

    def leave(self, room: Room, identity: str, reason: DisconnectReason) -> None:
        """Remove a participant; no-op if they are not in the room."""
        occupant = room.occupants.pop(identity, None)
        if occupant is None:
            return
        occupant.info.state, occupant.info.disconnect_reason = ParticipantInfo.DISCONNECTED, reason
        occupant.info.version += 1
        room.left_at = self._now()
        self._count(room)
        self._tell("participant_left", room, occupant.info)
        occupant.gone.set()

    def set_attributes(self, occupant: Occupant, attributes: Mapping[str, str]) -> None:
        """Change some attributes. LiveKit sends no event for it."""
        occupant.info.attributes.update(attributes)
        occupant.info.version += 1

    async def sweep(self) -> None:
        """Close rooms that have been empty for too long, until canceled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for room in self:
                if room.is_idle(self._now()):
                    self.close(room, DisconnectReason.ROOM_CLOSED)

    def _count(self, room: Room) -> None:
        room.info.num_participants = sum(occupant.counts for occupant in room.occupants.values())

    def _tell(
        self, event: str, room: Room, participant: ParticipantInfo | None = None, track: TrackInfo | None = None
    ) -> None:
        info = RoomInfo(sid=room.info.sid, name=room.info.name) if track else room.info
        told = WebhookEvent(event=event, room=info, participant=participant, track=track, id=new_id("EV_"))
        told.created_at = int(self._now())
        self.emit(told)
