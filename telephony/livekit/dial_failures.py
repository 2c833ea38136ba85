"""Classify a failed dial without a SIP code by LiveKit's Twirp code and text.

The texts are those of LiveKit's SIP service and of Go's network library. They are wrapped in others, so they are
matched anywhere. A Twirp code alone is ambiguous, and Go's texts alone may be from LiveKit's own trouble with Redis.
"""

import re

from livekit import api

from telephony.livekit.errors import (
    CarrierAuthFailed,
    DialCanceled,
    DialEnded,
    DialRangOut,
    GatewayFailed,
    GatewayUnreachable,
    LiveKitError,
    LiveKitWithoutSip,
    MediaRefused,
    SipRefused,
)
from telephony.livekit.texts import public_text

NO_SIP_SERVICE = "LiveKit has no SIP service available. Check that livekit-sip runs."
NO_CPU = "LiveKit's SIP service is above its CPU limit and accepts no more calls. Add a node or wait for calls to end."
STOPPING = "LiveKit's SIP service is shutting down and accepts no more calls. Check that another one runs."
CREDENTIALS = "Check the username and password of the trunk."
SILENT = "did not answer"

# Why there is no connection to a gateway: the text after "The gateway".
_CAUSES = (
    (r"no such host|server misbehaving|\blookup\b|dns|name resolution|address-error|missing port|invalid port|"
     r"too many colons", "has a name or address that does not resolve"),
    (r"certificate|x509", "has an invalid TLS certificate"),
    (r"\btls\b|handshake", "and LiveKit could not agree on TLS"),
    (r"connection refused|actively refused", "refused the connection"),
    (r"no route to host|network is unreachable|host is (?:down|unreachable)", "has an address without a route to it"),
    (r"connection reset|broken pipe|\beof\b|closed network connection|forcibly closed|connection aborted",
     "closed the connection"),
    (r"i/o timeout|timed out|deadline exceeded", "did not answer the connection in time"),
    (r"\bdial (?:tcp|udp)|\b(?:read|write) (?:tcp|udp)", "could not be reached"),
)  # fmt: skip
_NETWORK_CODES = frozenset(
    {
        api.ServerErrorCode.FAILED_PRECONDITION,
        api.ServerErrorCode.UNAVAILABLE,
        api.ServerErrorCode.INVALID_ARGUMENT,
        api.ServerErrorCode.CANCELED,
    }
)
_ENCRYPTION = re.compile(r"encrypt|crypto|s-?rtp|\bsavpf?\b|\bsdes\b|\bdtls\b", re.IGNORECASE)
_SDP = re.compile(
    r"no common (?:media|audio)|\bcodecs?\b|\bsdp\b|\bmedia (?:description|section)|\bno audio\b|"
    r"encrypt|crypto|\bs-?rtp\b|\bmki\b",
    re.IGNORECASE,
)
_SIP_STATUS = re.compile(r"sip status:? ([3-6]\d\d)\b:?(.*)")
_UNFINISHED = re.compile(r"transaction failed to complete(?: \((\d+) intermediate responses?\))?", re.IGNORECASE)


def dial_failure(error: api.ServerError) -> LiveKitError | None:
    """Return the meaning of a dial's error; None if neither code nor text is conclusive."""
    text = public_text(error.message)
    said = text.lower()
    answered = _SIP_STATUS.search(text)
    if answered is not None:  # its metadata was lost on the way
        return SipRefused(int(answered[1]), answered[2].strip("() "))
    for known in (_no_service, _ended, _auth, _media, _network):
        found = known(error.code, said, text)
        if found is not None:
            return found
    return None


def _no_service(code: str, said: str, text: str) -> LiveKitError | None:
    """Return the error if no SIP service handled the dial."""
    if "service shutting down" in said or "service is shutting down" in said:
        return LiveKitWithoutSip(STOPPING)
    if "cpu exhausted" in said:
        return LiveKitWithoutSip(NO_CPU)
    if "no response from servers" in said:
        return LiveKitWithoutSip(NO_SIP_SERVICE)
    return None


def _ended(code: str, said: str, text: str) -> DialEnded | None:
    if "sip request timed out" in said:
        return DialRangOut("Nobody answered before the ringing timeout.", text)
    unfinished = _UNFINISHED.search(said)
    if unfinished is not None:
        if int(unfinished[1] or 0):
            return GatewayFailed("The gateway started the call and then stopped responding.", text)
        return GatewayUnreachable(f"The gateway {SILENT}.", text)
    if "call already closed" in said or "context canceled" in said or "call canceled" in said:
        return DialCanceled("The dial was canceled before it was answered.", text)
    if "in invite response" in said or "invalid challenge" in said:
        wants = "no auth header" in said or "invalid challenge" in said
        words = "requested authentication that LiveKit does not support" if wants else "sent an invalid response"
        return GatewayFailed(f"The gateway {words}.", text)
    return None


def _auth(code: str, said: str, text: str) -> DialEnded | None:
    if "no username or password was provided" in said or "required auth" in said:
        return CarrierAuthFailed(f"The gateway requires credentials, and the trunk has none. {CREDENTIALS}", text)
    if "max auth retry attempts" in said:
        return CarrierAuthFailed(f"The gateway rejects the trunk's credentials. {CREDENTIALS}", text)
    return None


def _media(code: str, said: str, text: str) -> DialEnded | None:
    if code not in (api.ServerErrorCode.FAILED_PRECONDITION, api.ServerErrorCode.INVALID_ARGUMENT, "unknown"):
        return None
    return MediaRefused(media_words(said), text) if _SDP.search(said) else None


def _network(code: str, said: str, text: str) -> DialEnded | None:
    cause = unreachable_cause(said) if code in _NETWORK_CODES else None
    return GatewayUnreachable(f"The gateway {cause}.", text) if cause else None


def unreachable_cause(text: str) -> str | None:
    """Return why there is no connection to a gateway, such as "refused the connection"; None if unknown."""
    if _UNFINISHED.search(text):
        return SILENT
    return next((words for pattern, words in _CAUSES if re.search(pattern, text, re.IGNORECASE)), None)


def media_words(text: str) -> str:
    """Return as a sentence which media setting the two sides did not agree on: encryption or the codec."""
    if _ENCRYPTION.search(text):
        return "The two sides do not agree on encryption (SRTP)."
    return "The two sides have no audio codec in common."
