"""Asking whether LiveKit has a SIP service that takes calls, without placing one."""

from livekit import api

from telephony.livekit.dial_failures import dial_failure
from telephony.livekit.operation import Operation

NOWHERE = "voxa-check.invalid"  # RFC 6761: no such host, in case a service should try
ROOM = "voxa-check"


def check_sip_service() -> Operation[None]:
    """Ask for a call that no SIP service places: it names no codec, and its gateway does not exist.

    Raises LiveKitWithoutSip where nobody takes the request: LiveKit's server finds nobody, or the one it finds is above
    its CPU limit. Any other error is the SIP service's own, which checks the codecs first: it is there, and it looks at
    neither room nor gateway.
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
