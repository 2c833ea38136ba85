"""LiveKit's room service: rooms and participants."""

from livekit.protocol.models import DisconnectReason, ParticipantInfo
from livekit.protocol.models import Room as RoomInfo
from livekit.protocol.room import (
    CreateRoomRequest,
    DeleteRoomRequest,
    DeleteRoomResponse,
    ListParticipantsRequest,
    ListParticipantsResponse,
    ListRoomsRequest,
    ListRoomsResponse,
    RemoveParticipantResponse,
    RoomParticipantIdentity,
    SendDataRequest,
    SendDataResponse,
)

from telephony.sandbox.agents import dispatch
from telephony.sandbox.endings import nobody_there
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.rooms import Occupant, Room
from telephony.sandbox.state import State


def open_room(state: State, request: CreateRoomRequest) -> Room:
    """Return the room of this name; create it with its agents if there is none."""
    existing = state.rooms.get(request.name)
    if existing is not None:
        return existing
    room = state.rooms.open(request)
    for agent in request.agents:
        dispatch(state, room, agent.agent_name, agent.metadata)
    return room


def create(state: State, request: CreateRoomRequest) -> RoomInfo:
    return open_room(state, request).info


def list_rooms(state: State, request: ListRoomsRequest) -> ListRoomsResponse:
    wanted = set(request.names)
    return ListRoomsResponse(rooms=[room.info for room in state.rooms if not wanted or room.info.name in wanted])


def delete(state: State, request: DeleteRoomRequest) -> DeleteRoomResponse:
    room = state.rooms.get(request.room)
    if room is None:
        raise TwirpError("not_found", "twirp error unknown: requested room does not exist")
    state.rooms.close(room, DisconnectReason.ROOM_DELETED)
    return DeleteRoomResponse()


def list_participants(state: State, request: ListParticipantsRequest) -> ListParticipantsResponse:
    room = state.rooms.get(request.room)
    return ListParticipantsResponse(
        participants=[occupant.info for occupant in room.occupants.values()] if room else []
    )


def get_participant(state: State, request: RoomParticipantIdentity) -> ParticipantInfo:
    return _found(state, request)[1].info


def remove_participant(state: State, request: RoomParticipantIdentity) -> RemoveParticipantResponse:
    room, _ = _found(state, request)
    state.rooms.leave(room, request.identity, DisconnectReason.PARTICIPANT_REMOVED)
    return RemoveParticipantResponse()


def send_data(state: State, request: SendDataRequest) -> SendDataResponse:
    """Accept a message, which no participant of the sandbox reads."""
    if state.rooms.get(request.room) is None:
        # On LiveKit's bus each room answers its own requests, so a missing room means no response.
        raise nobody_there()
    return SendDataResponse()


def _found(state: State, asked: RoomParticipantIdentity) -> tuple[Room, Occupant]:
    room = state.rooms.get(asked.room)
    occupant = room.occupants.get(asked.identity) if room else None
    if room is None or occupant is None:
        raise TwirpError("not_found", "twirp error unknown: participant does not exist")
    return room, occupant
