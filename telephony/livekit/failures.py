"""Map LiveKit's and the network's failures to Voxa's errors, with messages for people."""

import re
from collections.abc import Callable

import aiohttp
from google.protobuf.message import DecodeError
from livekit import api

from telephony.livekit.errors import (
    LiveKitError,
    LiveKitNotFound,
    LiveKitRefused,
    LiveKitUnauthorized,
    LiveKitUnavailable,
    LiveKitUnreached,
    LiveKitWithoutSip,
    SipRefused,
)
from telephony.livekit.texts import public_text

_REFUSED = {
    api.ServerErrorCode.INVALID_ARGUMENT,
    api.ServerErrorCode.ALREADY_EXISTS,
    api.ServerErrorCode.FAILED_PRECONDITION,
    api.ServerErrorCode.OUT_OF_RANGE,
    api.ServerErrorCode.UNIMPLEMENTED,
}
_UNAUTHORIZED = {api.ServerErrorCode.UNAUTHENTICATED, api.ServerErrorCode.PERMISSION_DENIED}
_NOBODY = "no response from servers"  # its message bus got no claim of the request
Reader = Callable[[api.ServerError], LiveKitError | None]
_IDS = re.compile(r'"((?:ST|SDR)_\w+)"')


def as_livekit_error(error: Exception, deadline: float, reader: Reader | None = None) -> LiveKitError:
    """Return the error to raise instead. It only contains what may be shown.

    An operation's own `reader` is tried first on LiveKit's response.
    """
    match error:
        case LiveKitError():
            return error
        case api.SipCallError() if error.sip_status_code is not None:
            return SipRefused(error.sip_status_code, public_text(error.sip_status or ""))
        case api.ServerError():
            return (reader and reader(error)) or _server_error(error)
        case TimeoutError():
            return LiveKitUnavailable(f"LiveKit did not answer within {deadline:g} seconds. It will be retried.")
        case aiohttp.ClientConnectorError():
            return LiveKitUnreached("LiveKit cannot be reached. Check that it runs and that its URL is right.")
        case aiohttp.InvalidURL():
            return LiveKitRefused("The LiveKit URL is not valid. Enter one such as wss://livekit.example.com.")
        case aiohttp.ClientError() | OSError():
            return LiveKitUnavailable("The connection to LiveKit broke before it responded. It will be retried.")
        case DecodeError():
            return LiveKitUnavailable("The server's response is not LiveKit's. Check the LiveKit URL.")
        case _:
            return LiveKitError(f"The call to LiveKit failed: {type(error).__name__}.")


def _server_error(error: api.ServerError) -> LiveKitError:
    text = public_text(error.message)
    if error.code in _UNAUTHORIZED or error.status in (401, 403):
        # LiveKit repeats the whole token in its text here.
        return LiveKitUnauthorized("LiveKit rejects the API key and secret. Check both, and the server's clock.")
    if error.code == api.ServerErrorCode.NOT_FOUND:
        return LiveKitNotFound(f"LiveKit does not have it: {text}.")
    if error.code in _REFUSED:
        return LiveKitRefused(_remedy(text))
    if error.code == api.ServerErrorCode.UNAVAILABLE and _NOBODY in text:
        return LiveKitWithoutSip("LiveKit has no SIP service available. Check that livekit-sip runs.")
    if not text or error.code == api.ServerErrorCode.BAD_ROUTE:
        return LiveKitUnavailable(f"HTTP {error.status} came back, but not from LiveKit's API. Check the LiveKit URL.")
    return LiveKitUnavailable(f"LiveKit could not do it now ({error.code}: {text}). It will be retried.")


def _remedy(text: str) -> str:
    others = "".join(f" ({found})" for found in _IDS.findall(text)[:1])
    if text.startswith("Conflicting inbound SIP Trunks"):
        return (
            f"Another inbound trunk of this LiveKit server takes one of these numbers already{others}. "
            "Remove the number from one of the two, then provision again."
        )
    if text.startswith("Dispatch rule for the same trunk"):
        return (
            f"This LiveKit server has a dispatch rule for the same calls already{others}. "
            "Run manage.py reconcile_livekit; a rule that Voxa did not make must be removed in LiveKit."
        )
    return f"LiveKit refuses it: {text}. Correct this, then provision again."
