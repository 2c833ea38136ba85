"""What a dial's end means: the reason, the status the call would end with, and what to do next. Pure.

SIP codes are those of RFC 3261 and RFC 8197 (607), RFC 8688 (608).
"""

from dataclasses import dataclass
from enum import Enum

from calls.choices import CallStatus, Reason
from telephony.livekit_client import (
    LiveKitError,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnavailable,
    LiveKitUnreached,
    SipRefused,
)


class Next(Enum):
    """What follows a dial that was not answered."""

    STOP = "stop"
    LATER = "later"  # the callee cannot take it now
    NEXT_GATEWAY = "next gateway"  # this way does not work
    SLOW_DOWN = "slow down"  # the carrier has no room now
    LOOK = "look"  # nobody knows; the room tells


@dataclass(frozen=True)
class Outcome:
    """How one dial ended."""

    reason: Reason
    status: CallStatus
    next: Next
    sip_code: int | None = None
    sip_status: str = ""


_BY_CODE: dict[int, tuple[Reason, CallStatus, Next]] = {
    401: (Reason.CARRIER_AUTH, CallStatus.FAILED, Next.STOP),
    403: (Reason.FORBIDDEN, CallStatus.FAILED, Next.STOP),
    404: (Reason.NOT_FOUND, CallStatus.FAILED, Next.STOP),
    407: (Reason.CARRIER_AUTH, CallStatus.FAILED, Next.STOP),
    408: (Reason.NO_ANSWER, CallStatus.NO_ANSWER, Next.LATER),
    410: (Reason.NOT_FOUND, CallStatus.FAILED, Next.STOP),
    480: (Reason.UNAVAILABLE, CallStatus.NO_ANSWER, Next.LATER),
    484: (Reason.NOT_FOUND, CallStatus.FAILED, Next.STOP),
    486: (Reason.BUSY, CallStatus.BUSY, Next.LATER),
    487: (Reason.NO_ANSWER, CallStatus.NO_ANSWER, Next.LATER),
    600: (Reason.BUSY, CallStatus.BUSY, Next.LATER),
    603: (Reason.DECLINED, CallStatus.FAILED, Next.STOP),
    604: (Reason.NOT_FOUND, CallStatus.FAILED, Next.STOP),
    607: (Reason.DECLINED, CallStatus.FAILED, Next.STOP),
    608: (Reason.DECLINED, CallStatus.FAILED, Next.STOP),
}
_NO_ROOM = ("cps limit", "channel limit", "limit exceeded", "too many calls")


def outcome_of(error: LiveKitError, *, rang: bool) -> Outcome:
    """Read what a dial raised. `rang` says whether the callee's phone was seen ringing."""
    match error:
        case SipRefused():
            return _sip_outcome(error.sip_code, error.sip_status, rang=rang)
        case LiveKitUnreached():
            return Outcome(Reason.LIVEKIT_UNAVAILABLE, CallStatus.FAILED, Next.SLOW_DOWN, sip_status=str(error))
        case LiveKitNotFound():
            return Outcome(Reason.NO_TRUNK, CallStatus.FAILED, Next.NEXT_GATEWAY, sip_status=str(error))
        case LiveKitRefused():
            return Outcome(Reason.LIVEKIT_REFUSED, CallStatus.FAILED, Next.STOP, sip_status=str(error))
        case LiveKitUnavailable():
            return Outcome(Reason.OUTCOME_UNKNOWN, CallStatus.FAILED, Next.LOOK, sip_status=str(error))
        case _:
            return Outcome(Reason.OUTCOME_UNKNOWN, CallStatus.FAILED, Next.LOOK, sip_status=str(error))


def _sip_outcome(code: int, words: str, *, rang: bool) -> Outcome:
    if any(text in words.lower() for text in _NO_ROOM):
        return Outcome(Reason.CARRIER_LIMIT, CallStatus.FAILED, Next.SLOW_DOWN, code, words)
    if code == 408 and not rang:
        # Nothing rang: the gateway itself may be what did not answer.
        return Outcome(Reason.NO_ANSWER, CallStatus.NO_ANSWER, Next.NEXT_GATEWAY, code, words)
    if code in _BY_CODE:
        reason, status, following = _BY_CODE[code]
        return Outcome(reason, status, following, code, words)
    if 500 <= code < 600:
        # A phone that rang is not made to ring again at once by another gateway.
        following = Next.LATER if rang else Next.NEXT_GATEWAY
        return Outcome(Reason.GATEWAY_ERROR, CallStatus.FAILED, following, code, words)
    return Outcome(Reason.FORBIDDEN, CallStatus.FAILED, Next.STOP, code, words)
