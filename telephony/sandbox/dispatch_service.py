"""LiveKit's agent dispatch service."""

from livekit.protocol.agent_dispatch import (
    AgentDispatch,
    CreateAgentDispatchRequest,
    DeleteAgentDispatchRequest,
    ListAgentDispatchRequest,
    ListAgentDispatchResponse,
)
from livekit.protocol.room import CreateRoomRequest

from telephony.sandbox import agents
from telephony.sandbox.endings import nobody_there
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.rooms import Room
from telephony.sandbox.state import State


def create(state: State, request: CreateAgentDispatchRequest) -> AgentDispatch:
    room = state.rooms.open(CreateRoomRequest(name=request.room))
    return agents.dispatch(state, room, request.agent_name, request.metadata)


def list_all(state: State, request: ListAgentDispatchRequest) -> ListAgentDispatchResponse:
    room = _room(state, request.room)
    wanted = request.dispatch_id
    return ListAgentDispatchResponse(
        agent_dispatches=[made for made in room.dispatches.values() if wanted in ("", made.id)]
    )


def delete(state: State, request: DeleteAgentDispatchRequest) -> AgentDispatch:
    room = _room(state, request.room)
    made = room.dispatches.get(request.dispatch_id)
    if made is None:
        raise TwirpError("not_found", "twirp error unknown: dispatch ID not found")
    agents.end(state, room, made)
    return made


def _room(state: State, name: str) -> Room:
    room = state.rooms.get(name)
    if room is None:
        # On LiveKit's bus each room answers its own requests, so a missing room means no response.
        raise nobody_there()
    return room
