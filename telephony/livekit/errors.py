"""What can go wrong in a call to LiveKit, sorted by who can help. Each message is written for a person."""


class LiveKitError(Exception):
    """Any failure. `str()` of it may be shown: it never holds a secret, nor LiveKit's whole answer."""


class LiveKitUnavailable(LiveKitError):
    """No usable answer: network, timeout, a server fault. Try again later; what was asked may have happened."""


class LiveKitUnreached(LiveKitUnavailable):
    """What was asked certainly did not happen: no connection was made, or LiveKit has nobody who would do it."""


class LiveKitWithoutSip(LiveKitUnreached):
    """LiveKit answered, but no SIP service of its took the call. Trunks and rules can be written all the same."""


class DialTooLate(LiveKitError):
    """The moment granted for a dial had passed before it could be sent, so it was not sent."""


class SipRefused(LiveKitError):
    """The far end of a dial or a transfer answered with a SIP failure, such as 486 Busy Here."""

    def __init__(self, sip_code: int, sip_status: str) -> None:
        super().__init__(f"SIP {sip_code} {sip_status}".rstrip())
        self.sip_code, self.sip_status = sip_code, sip_status


class DialEnded(LiveKitError):
    """A dial ended without a SIP code. `text` is LiveKit's own, cut and free of secrets, for whoever looks it up."""

    def __init__(self, words: str, text: str = "") -> None:
        super().__init__(words)
        self.text = text


class DialRangOut(DialEnded):
    """The ringing timeout passed. LiveKit answers the same when nothing rang, and when the room was closed."""


class DialCanceled(DialEnded):
    """The dial was called off before it was answered."""


class GatewayUnreachable(DialEnded):
    """No connection to the gateway: it is silent, refuses, does not resolve, or TLS failed."""


class GatewayFailed(DialEnded):
    """The gateway answered, and then not in a way that LiveKit could go on with."""


class CarrierAuthFailed(DialEnded):
    """The gateway asked for credentials: there are none, or it refuses them."""


class MediaRefused(DialEnded):
    """The two sides have no codec in common, or differ about encryption."""


class LiveKitNotFound(LiveKitError):
    """LiveKit has no object with this id."""


class LiveKitRefused(LiveKitError):
    """LiveKit will not do it however often it is asked: a person must change something."""


class LiveKitUnauthorized(LiveKitRefused):
    """LiveKit does not take the key and secret, or they lack the right."""


class LiveKitNotConfigured(LiveKitRefused):
    """The project has no URL, key or secret, so no call was made."""

    def __init__(self) -> None:
        super().__init__(
            "LiveKit is not configured. Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, "
            "or give the LiveKit project its URL, key and secret."
        )
