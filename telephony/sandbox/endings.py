"""How unanswered calls end, word for word as a real livekit-server and SIP service report it. Pure.

Measured on livekit-server 1.13.5 with the SIP service of August 2026. docs/sandbox.md has the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from livekit.protocol.models import DisconnectReason

from telephony.sandbox.errors import TwirpError

PREFIX = "twirp error unknown: "  # the server's prefix for messages of its SIP service
UNAVAILABLE, REJECTED = DisconnectReason.USER_UNAVAILABLE, DisconnectReason.USER_REJECTED
LEFT = DisconnectReason.CLIENT_INITIATED  # the server replaces every other reason for leaving with this one
_SOMEWHERE = "192.0.2.1"  # the address of the sandbox's gateways, reserved by RFC 5737


@dataclass(frozen=True, slots=True)
class Ending:
    """A Twirp code and text, the metadata of a SIP status, and the phone's disconnect reason."""

    code: str
    text: str
    left: DisconnectReason
    meta: Mapping[str, str] = field(default_factory=dict)

    def error(self) -> TwirpError:
        """Return the error that answers the dial."""
        return TwirpError(self.code, PREFIX + self.text, dict(self.meta))


RANG_OUT = Ending("canceled", "sip request timed out", UNAVAILABLE)  # also when the room is closed meanwhile
SHUTTING_DOWN = Ending("failed_precondition", "service shutting down", LEFT)
NO_CREDENTIALS = Ending(
    "failed_precondition", "sip server required auth, but no username or password was provided", REJECTED
)
WRONG_CREDENTIALS = Ending("failed_precondition", "max auth retry attempts reached for SIP invite", REJECTED)
NO_CODEC = Ending("failed_precondition", "common audio codec not found", REJECTED)
NO_ENCRYPTION = Ending("failed_precondition", "no common encryption profiles", REJECTED)


def died(provisional: int) -> Ending:
    """Return the ending of an INVITE with this many 1xx responses and no final one."""
    return Ending("canceled", f"transaction failed to complete ({provisional} intermediate responses)", UNAVAILABLE)


def unresolved(host: str, transport: str) -> Ending:
    """Return the ending of a dial to a name that does not resolve."""
    looked_up = f"lookup _sip._{transport}.{host} on 127.0.0.53:53: no such host"
    return Ending("invalid_argument", f'fail to resolve target for "{host}": {looked_up}', LEFT)


def refused(port: int, transport: str) -> Ending:
    """Return the ending of a dial over TCP or TLS to a closed port."""
    text = f"transport<{transport.upper()}> dial err=dial tcp :0->{_SOMEWHERE}:{port}: connect: connection refused"
    return Ending("failed_precondition", text, LEFT)


def untrusted(port: int) -> Ending:
    """Return the ending of a dial over TLS to a host whose certificate is invalid."""
    cause = "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    text = f"conn {_SOMEWHERE}:{port} write err={cause}. transaction transport error"
    return Ending("failed_precondition", text, LEFT)


def nobody_there() -> TwirpError:
    """Return the server's error if no SIP service claims a dial, or no service responds to another request."""
    return TwirpError("unavailable", f"{PREFIX}no response from servers")


def overloaded() -> TwirpError:
    """Return the error of a SIP service above its CPU limit: nothing was dialed."""
    return TwirpError("unavailable", f"{PREFIX}cpu exhausted")
