"""Simulated outbound calls: no carrier is contacted and no phone rings."""

import asyncio
import secrets

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import CreateRoomRequest
from livekit.protocol.sip import CreateSIPParticipantRequest, SIPOutboundTrunkInfo, SIPParticipantInfo

from telephony.sandbox.checks import check_headers, check_media
from telephony.sandbox.endings import nobody_there, overloaded
from telephony.sandbox.errors import TwirpError, invalid
from telephony.sandbox.legs import CALL_ID, LONGEST_CALL, LONGEST_RINGING, Leg, Plan, attributes_of
from telephony.sandbox.script import Script, script_of
from telephony.sandbox.sip_service import SipState
from telephony.sandbox.state import State
from telephony.sandbox.store import new_id

NO_CODECS = "twirp error unknown: no codecs specified"  # the answer to `telephony.livekit.sip_service`
PATIENCE = 30.0  # seconds that the server waits for its SIP service
PATIENCE_UNTIL_ANSWERED = 80.0
NOBODY_CLAIMS_IN = 1.0  # seconds after which a dial that no SIP service claims is refused


async def create_participant(state: State, request: CreateSIPParticipantRequest) -> SIPParticipantInfo:
    """Call a number into a room; with `wait_until_answered` raise the far end's refusal."""
    _check(request)
    trunk = _trunk_of(state, request)
    await _claim(state)
    script = script_of(request.sip_call_to, trunk)
    leg = _leg(state, request, trunk, script)
    leg.start()
    try:
        async with asyncio.timeout(PATIENCE_UNTIL_ANSWERED if request.wait_until_answered else PATIENCE):
            if script.answer_is_lost:
                await asyncio.Event().wait()
            ending = await asyncio.shield(leg.outcome) if request.wait_until_answered else None
    except TimeoutError:
        raise TwirpError("deadline_exceeded", "twirp error unknown: request timed out") from None
    if ending is not None:
        raise ending.error()
    return SIPParticipantInfo(
        participant_id=new_id("PA_"),
        participant_identity=leg.info.identity,
        room_name=request.room_name,
        sip_call_id=leg.info.attributes[CALL_ID],
    )


def _check(request: CreateSIPParticipantRequest) -> None:
    if not request.sip_trunk_id and not request.HasField("trunk") and not request.sip_number:
        raise invalid("missing sip trunk id and sip number")
    if not request.sip_call_to:
        raise invalid("missing sip callee number")
    if "@" in request.sip_call_to:
        raise invalid("SipCallTo should be a phone number or SIP user, not a full SIP URI")
    if not request.room_name:
        raise invalid("missing room name")
    check_headers(request.headers)
    check_media(request.media)


def _trunk_of(state: State, request: CreateSIPParticipantRequest) -> SIPOutboundTrunkInfo:
    """Return the requested trunk, or the one that the request itself describes."""
    trunk = SIPOutboundTrunkInfo(address=request.trunk.hostname)
    if request.sip_trunk_id:
        found = state.outbound.get(request.sip_trunk_id)
        if found is None:
            raise TwirpError("not_found", "requested sip trunk does not exist")
        trunk = found
    if not request.sip_number and not trunk.numbers:
        raise TwirpError("failed_precondition", "no numbers on outbound trunk")
    return trunk


async def _claim(state: State) -> None:
    """Wait for the SIP service to claim the call. Raises TwirpError if it does not."""
    if state.sip.state is SipState.OVERLOADED:
        raise overloaded()
    if state.sip.state is not SipState.ON:
        await asyncio.sleep(NOBODY_CLAIMS_IN)
        raise nobody_there()


def _leg(state: State, request: CreateSIPParticipantRequest, trunk: SIPOutboundTrunkInfo, script: Script) -> Leg:
    _check_codecs(request)
    number = request.sip_number or secrets.choice(trunk.numbers)
    info = ParticipantInfo(
        identity=request.participant_identity or f"sip_{request.sip_call_to}",
        name=request.participant_name,
        metadata=request.participant_metadata,
        attributes=attributes_of(
            request.participant_attributes,
            call_id=new_id("SCL_"),
            trunk_id=trunk.sip_trunk_id,
            phone=request.sip_call_to,
            trunk_number=number,
            host=trunk.address,
            hidden=request.hide_phone_number,
        ),
    )
    plan = Plan(
        script,
        _seconds(request, "ringing_timeout") or LONGEST_RINGING,
        _seconds(request, "max_call_duration") or LONGEST_CALL,
        request.dtmf,
    )
    return Leg(state, state.rooms.open(CreateRoomRequest(name=request.room_name)), info, plan)


def _check_codecs(request: CreateSIPParticipantRequest) -> None:
    """Check the codecs first, as the SIP service does: Voxa uses this to check whether it is available."""
    if request.media.only_listed_codecs and not request.media.codecs:
        raise TwirpError("unknown", NO_CODECS)


def _seconds(request: Message, field: str) -> float:
    duration: Duration = getattr(request, field)
    return duration.ToTimedelta().total_seconds()
