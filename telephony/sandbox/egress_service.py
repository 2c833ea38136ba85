"""Recordings: the sandbox answers like a LiveKit without an egress service, but immediately instead of after 21 s."""

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
