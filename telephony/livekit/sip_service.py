"""Check whether LiveKit has a SIP service that accepts calls, without placing one."""

from livekit import api

from telephony.livekit.dial_failures import dial_failure
from telephony.livekit.operation import Operation

NOWHERE = "voxa-check.invalid"  # RFC 6761: never a host, in case a service tries it
ROOM = "voxa-check"


def check_sip_service() -> Operation[None]:
    """Request a call that no SIP service places: it has no codec, and its gateway does not exist.

    Raise `LiveKitWithoutSip` if no service accepts the request: LiveKit's server finds none, or it is above its CPU
    limit. Any other error is from the SIP service itself, which checks the codecs before room and gateway: the service
    is available.
    """

    async def call(server: api.LiveKitAPI) -> None:
        await server.sip.create_sip_participant(
            api.CreateSIPParticipantRequest(
                trunk=api.SIPOutboundConfig(hostname=NOWHERE),
                sip_number="voxa-check",
                sip_call_to="voxa-check",
                room_name=ROOM,
                participant_identity="voxa-check",
                media=api.SIPMediaConfig(only_listed_codecs=True),
            )
        )

    return Operation(call, failure=dial_failure)
