"""Transfers: the sandbox accepts every REFER, except to targets that end in 0603."""

import asyncio

from google.protobuf.empty_pb2 import Empty
from livekit.protocol.models import DisconnectReason
from livekit.protocol.sip import TransferSIPParticipantRequest

from telephony.sandbox.checks import check_headers
from telephony.sandbox.errors import TwirpError, invalid
from telephony.sandbox.legs import CALL_ID
from telephony.sandbox.rooms import Occupant, Room
from telephony.sandbox.state import State
from telephony.sandbox.statuses import refer_error

HANGS_UP_IN = 0.1  # seconds from the transfer until the caller leaves the room


async def transfer(state: State, request: TransferSIPParticipantRequest) -> Empty:
    """Return an empty answer and let the caller leave, or raise the far end's refusal."""
    if not request.room_name:
        raise invalid("twirp error unknown: Missing room name")
    if not request.participant_identity:
        raise invalid("twirp error unknown: Missing participant identity")
    if not request.transfer_to:
        raise invalid("missing transfer to")
    if not request.transfer_to.strip("<>").startswith(("sip:", "sips:", "tel:")):
        raise invalid("transfer_to must be a valid SIP(s) or TEL URI (sip:, sips: or tel:)")
    check_headers(request.headers)
    room = state.rooms.get(request.room_name)
    phone = room.occupants.get(request.participant_identity) if room else None
    if room is None or phone is None:
        raise TwirpError("not_found", "twirp error unknown: participant does not exist")
    if CALL_ID not in phone.info.attributes:
        raise invalid("twirp error unknown: no SIP session associated with participant")
    if request.transfer_to.strip("<>").endswith("0603"):
        raise refer_error(603)
    state.background.start(_hand_over(state, room, phone))
    return Empty()


async def _hand_over(state: State, room: Room, phone: Occupant) -> None:
    await asyncio.sleep(HANGS_UP_IN)
    if not phone.gone.is_set():
        state.rooms.leave(room, phone.info.identity, DisconnectReason.CLIENT_INITIATED)
