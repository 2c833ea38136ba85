"""Map the end of a dial to a reason, a final status and the next step. Pure functions.

SIP codes are those of RFC 3261, with RFC 3329 (494), 4474 and 8224 (428, 436 to 438), 5079 (433), 8197 (607) and 8688
(608). An unlisted code is treated as its class (RFC 3261, 8.1.3.2).
"""

from dataclasses import dataclass, replace
from enum import Enum

from calls.choices import CallStatus, Reason
from calls.dialer.carrier_limits import is_bad_login, is_limit, is_unpaid, retry_after
from telephony.livekit import (
    CarrierAuthFailed,
    DialCanceled,
    DialEnded,
    DialRangOut,
    GatewayFailed,
    GatewayUnreachable,
    LiveKitError,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnavailable,
    LiveKitUnreached,
    MediaRefused,
    SipRefused,
)


class Next(Enum):
    STOP = "stop"
    LATER = "later"  # the callee is unavailable now
    NEXT_GATEWAY = "next gateway"  # this gateway does not work
    SLOW_DOWN = "slow down"  # the carrier is at its limit
    WAIT = "wait"  # not dialed: LiveKit accepts no calls, and the attempt does not count
    LOOK = "look"  # unknown; check the room


@dataclass(frozen=True)
class Outcome:
    """How one dial ended.

    `final`: the call ends after the last gateway; otherwise it is retried later. `after` is the minimum delay in
    seconds if the carrier names one.
    """

    reason: Reason
    status: CallStatus
    next: Next
    sip_code: int | None = None
    sip_status: str = ""
    final: bool = False
    after: int | None = None


_Row = tuple[Reason, CallStatus, Next, bool]
_STOP, _LATER, _GATEWAY = Next.STOP, Next.LATER, Next.NEXT_GATEWAY
_FAILED = CallStatus.FAILED


def _rows(
    reason: Reason, following: Next, *codes: int, final: bool = False, status: CallStatus = _FAILED
) -> dict[int, _Row]:
    return dict.fromkeys(codes, (reason, status, following, final))


_BY_CODE: dict[int, _Row] = {
    **_rows(Reason.REDIRECTED, _GATEWAY, 300, 301, 302, 305, 380, final=True),
    **_rows(Reason.CARRIER_AUTH, _STOP, 401, 407),
    **_rows(Reason.NO_CREDIT, _STOP, 402),
    **_rows(Reason.FORBIDDEN, _STOP, 403, 470),
    **_rows(Reason.NOT_FOUND, _STOP, 404, 410, 484, 485, 604),
    **_rows(Reason.MEDIA_REFUSED, _GATEWAY, 406, 415, 488, 606, final=True),
    **_rows(Reason.NO_ANSWER, _LATER, 408, 487, status=CallStatus.NO_ANSWER),
    **_rows(Reason.CALLER_ID_REFUSED, _STOP, 433),
    **_rows(Reason.CALLER_ID_REFUSED, _GATEWAY, 428, 436, 437, 438, final=True),
    **_rows(Reason.UNAVAILABLE, _LATER, 480, status=CallStatus.NO_ANSWER),
    **_rows(Reason.BUSY, _LATER, 486, 600, status=CallStatus.BUSY),
    **_rows(Reason.GATEWAY_ERROR, _GATEWAY, 430, 440, 481, 482, 483, 491),
    **_rows(Reason.DECLINED, _STOP, 603, 607, 608),
}  # fmt: skip
_BY_CLASS: dict[int, _Row] = {
    3: (Reason.REDIRECTED, _FAILED, _GATEWAY, True),
    4: (Reason.NOT_SUPPORTED, _FAILED, _GATEWAY, True),
    5: (Reason.GATEWAY_ERROR, _FAILED, _GATEWAY, False),
    6: (Reason.DECLINED, _FAILED, _STOP, False),
}
_ENDED: tuple[tuple[type[DialEnded], _Row], ...] = (
    (DialCanceled, (Reason.CANCELED, CallStatus.CANCELED, _STOP, False)),
    (GatewayUnreachable, (Reason.GATEWAY_UNREACHABLE, _FAILED, _GATEWAY, False)),
    (GatewayFailed, (Reason.GATEWAY_ERROR, _FAILED, _GATEWAY, False)),
    (CarrierAuthFailed, (Reason.CARRIER_AUTH, _FAILED, _STOP, False)),
    (MediaRefused, (Reason.MEDIA_REFUSED, _FAILED, _GATEWAY, True)),
)
# Meaning of a phone's disconnect reason if LiveKit's answer was lost or is ambiguous.
_BY_WITNESS: dict[str, _Row] = {
    "USER_UNAVAILABLE": (Reason.NO_ANSWER, CallStatus.NO_ANSWER, _LATER, False),
    "USER_REJECTED": (Reason.DECLINED, _FAILED, _STOP, False),
    "SIP_TRUNK_FAILURE": (Reason.GATEWAY_ERROR, _FAILED, _GATEWAY, False),
    "MEDIA_FAILURE": (Reason.MEDIA_REFUSED, _FAILED, _GATEWAY, True),
    "ROOM_DELETED": (Reason.CANCELED, CallStatus.CANCELED, _STOP, False),
    "ROOM_CLOSED": (Reason.CANCELED, CallStatus.CANCELED, _STOP, False),
    "PARTICIPANT_REMOVED": (Reason.CANCELED, CallStatus.CANCELED, _STOP, False),
}
CLOSED = frozenset(reason for reason, row in _BY_WITNESS.items() if row[0] == Reason.CANCELED)
UNKNOWN = Outcome(Reason.OUTCOME_UNKNOWN, CallStatus.FAILED, Next.LOOK)


def outcome_of(error: LiveKitError, *, rang: bool) -> Outcome:
    """Return the outcome of a dial that raised an error. `rang`: the callee's phone rang, or may have rung."""
    match error:
        case SipRefused():
            return _sip_outcome(error.sip_code, error.sip_status, rang=rang)
        case DialRangOut():
            # If nothing rang, the gateway itself may not have answered.
            row = (Reason.NO_ANSWER, CallStatus.NO_ANSWER, _LATER if rang else _GATEWAY, False)
            return _outcome(row, rang=rang, sip_status=error.text)
        case DialEnded():
            row = next(row for kind, row in _ENDED if isinstance(error, kind))
            return _outcome(row, rang=rang, sip_status=error.text)
        case LiveKitUnreached():
            return _not_taken(str(error), rang=rang)
        case LiveKitNotFound():
            return _outcome((Reason.NO_TRUNK, _FAILED, _GATEWAY, False), rang=rang, sip_status=str(error))
        case LiveKitRefused():
            return Outcome(Reason.LIVEKIT_REFUSED, CallStatus.FAILED, Next.STOP, sip_status=str(error))
        case _:
            return replace(UNKNOWN, sip_status=str(error))


def before_dial(error: LiveKitError) -> Outcome:
    """Return the outcome of an error raised before LiveKit was called to dial: nothing rang."""
    if isinstance(error, LiveKitUnavailable):
        return _not_taken(str(error), rang=False)
    return Outcome(Reason.LIVEKIT_REFUSED, CallStatus.FAILED, Next.STOP, sip_status=str(error))


def outcome_told(disconnect: str, status: str, text: str = "", *, rang: bool) -> Outcome | None:
    """Return the outcome from a phone's disconnect reason and last `sip.callStatus`; None if they are inconclusive.

    LiveKit's server reports unknown reasons as CLIENT_INITIATED, also when its SIP service stops and drops a phone
    that was not answered.
    """
    row = _BY_WITNESS.get(disconnect)
    if row is None and disconnect == "CLIENT_INITIATED" and status in ("dialing", "ringing"):
        row = (Reason.LIVEKIT_UNAVAILABLE, CallStatus.FAILED, _LATER, False)
    if row is None:
        return None
    told = f"LiveKit's answer was lost. The phone left the room as {disconnect}."
    return _outcome(row, rang=rang, sip_status=text or told)


def _not_taken(words: str, *, rang: bool) -> Outcome:
    """Return the outcome when LiveKit could not accept the call. A phone that already rang counts as dialed."""
    return Outcome(Reason.LIVEKIT_UNAVAILABLE, CallStatus.FAILED, _LATER if rang else Next.WAIT, sip_status=words)


def _sip_outcome(code: int, words: str, *, rang: bool) -> Outcome:
    if is_unpaid(code, words):
        return Outcome(Reason.NO_CREDIT, CallStatus.FAILED, Next.STOP, code, words)
    if is_limit(code, words):
        return Outcome(
            Reason.CARRIER_LIMIT, CallStatus.FAILED, Next.SLOW_DOWN, code, words, after=retry_after(words)
        )  # fmt: skip
    if is_bad_login(code, words):
        return Outcome(Reason.CARRIER_AUTH, CallStatus.FAILED, Next.STOP, code, words)
    reason, status, following, final = _BY_CODE.get(code) or _BY_CLASS.get(code // 100, _BY_CLASS[4])
    if code == 408 and not rang:
        following = Next.NEXT_GATEWAY  # the gateway itself may not have answered
    outcome = _outcome((reason, status, following, final), rang=rang, sip_status=words)
    return replace(outcome, sip_code=code, after=retry_after(words))


def _outcome(row: _Row, *, rang: bool, sip_status: str) -> Outcome:
    """Return the outcome of a row. A phone that rang must not ring again immediately through another gateway."""
    reason, status, following, final = row
    if following is Next.NEXT_GATEWAY and rang:
        following = Next.STOP if final else Next.LATER
    return Outcome(reason, status, following, sip_status=sip_status, final=final)
