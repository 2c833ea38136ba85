"""Recordings: the sandbox answers as a LiveKit without an egress service does, but at once rather than after 21 s."""

from livekit.protocol.egress import (
    EgressInfo,
    ListEgressRequest,
    ListEgressResponse,
    RoomCompositeEgressRequest,
    StopEgressRequest,
)

from telephony.sandbox.endings import nobody_there
from telephony.sandbox.errors import TwirpError
from telephony.sandbox.state import State


def start(state: State, request: RoomCompositeEgressRequest) -> EgressInfo:
    if state.rooms.get(request.room_name) is None:
        raise TwirpError("not_found", "twirp error unknown: requested room does not exist")
    raise nobody_there()


def list_all(state: State, request: ListEgressRequest) -> ListEgressResponse:
    if request.egress_id:
        raise _unknown()
    return ListEgressResponse()


def stop(state: State, request: StopEgressRequest) -> EgressInfo:
    raise _unknown()


def _unknown() -> TwirpError:
    return TwirpError("not_found", "twirp error unknown: egress does not exist")
