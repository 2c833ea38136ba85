"""Errors of requests to LiveKit, by who can fix them. Each message is for people."""


class LiveKitError(Exception):
    """Any failure. Its `str()` may be shown: it never contains a secret or LiveKit's whole response."""


class LiveKitUnavailable(LiveKitError):
    """No usable response: network, timeout, server error. Retry later; the request may have been executed."""


class LiveKitUnreached(LiveKitUnavailable):
    """The request was certainly not executed: no connection, or LiveKit has no service for it."""


class LiveKitWithoutSip(LiveKitUnreached):
    """LiveKit responded, but no SIP service accepted the call. Trunks and rules can still be written."""


class DialTooLate(LiveKitError):
    """The send window of a dial had passed, so it was not sent."""


class SipRefused(LiveKitError):
    """The far end of a dial or a transfer responded with a SIP failure, such as 486 Busy Here."""

    def __init__(self, sip_code: int, sip_status: str) -> None:
        super().__init__(f"SIP {sip_code} {sip_status}".rstrip())
        self.sip_code, self.sip_status = sip_code, sip_status


class DialEnded(LiveKitError):
    """A dial ended without a SIP code. `text` is LiveKit's own, shortened and without secrets."""

    def __init__(self, words: str, text: str = "") -> None:
        super().__init__(words)
        self.text = text


class DialRangOut(DialEnded):
    """The ringing timeout passed. LiveKit responds the same if nothing rang, and if the room was closed."""


class DialCanceled(DialEnded):
    """The dial was canceled before it was answered."""


class GatewayUnreachable(DialEnded):
    """No connection to the gateway: no response, refused, unresolved name, or TLS failure."""


class GatewayFailed(DialEnded):
    """The gateway responded in a way that LiveKit cannot handle."""


class CarrierAuthFailed(DialEnded):
    """The gateway requires credentials: there are none, or it rejects them."""


class MediaRefused(DialEnded):
    """The two sides have no codec in common, or do not agree on encryption."""


class LiveKitNotFound(LiveKitError):
    """LiveKit has no object with this id."""


class LiveKitRefused(LiveKitError):
    """LiveKit rejects the request permanently: a person must change something."""


class LiveKitUnauthorized(LiveKitRefused):
    """LiveKit rejects the key and secret, or they lack the permission."""


class LiveKitNotConfigured(LiveKitRefused):
    """The project has no URL, key or secret, so no request was sent."""

    def __init__(self) -> None:
        super().__init__(
            "LiveKit is not configured. Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, "
            "or give the LiveKit project its URL, key and secret."
        )
