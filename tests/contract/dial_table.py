"""Every way a dial ends that nobody answers, as measured on a real SIP service: one table for both stand-ins."""

from dataclasses import dataclass, field
from typing import Any

from livekit import api
from livekit.protocol.models import DisconnectReason

ANYONE = "+15550100001"
UNAVAILABLE, REJECTED, LEFT = (
    DisconnectReason.USER_UNAVAILABLE,
    DisconnectReason.USER_REJECTED,
    DisconnectReason.CLIENT_INITIATED,  # what livekit-server makes of every reason that it does not know
)
TCP, TLS = api.SIPTransport.SIP_TRANSPORT_TCP, api.SIPTransport.SIP_TRANSPORT_TLS
ENCRYPTED = api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE


@dataclass(frozen=True)
class Row:
    """A dial, and its end: Twirp's code, a part of the text, the SIP status, the phone's reason, whether it rang."""

    name: str
    code: str
    text: str
    left: DisconnectReason
    rang: bool = False
    number: str = ANYONE
    gateway: str = "sip.example.com"
    trunk: dict[str, Any] = field(default_factory=dict)
    sip: tuple[int, str] | None = None
    ringing: int = 20


def _answered(told: str, code: int, twirp: str, words: str, left: DisconnectReason, **where: Any) -> Row:
    sent = f"{told}: sip status: {code}: {words}"
    name = f"{code} {words}, {'rang' if where.get('rang') else 'did not ring'}"
    return Row(name, twirp, sent, left, sip=(code, words), **where)


def _explained(*row: Any, **where: Any) -> Row:
    """Return a row of the statuses whose body LiveKit reads too."""
    return _answered("INVITE failed", *row, **where)


def _plain(*row: Any, **where: Any) -> Row:
    return _answered("unexpected status from INVITE response", *row, **where)


WITHOUT_SIP_CODE = [
    Row("rings until its limit", "canceled", "sip request timed out", UNAVAILABLE, True, "+15550100999", ringing=1),
    Row(
        "100 Trying and no more",
        "canceled",
        "sip request timed out",
        UNAVAILABLE,
        gateway="trying.example.com",
        ringing=1,
    ),
    Row(
        "silent",
        "canceled",
        "transaction failed to complete (0 intermediate responses)",
        UNAVAILABLE,
        gateway="silent1.example.com",
    ),
    Row(
        "silent, for as long as a SIP transaction lasts",
        "canceled",
        "transaction failed to complete (0 intermediate responses)",
        UNAVAILABLE,
        gateway="silent.example.com",
    ),
    Row(
        "died after 100",
        "canceled",
        "transaction failed to complete (1 intermediate responses)",
        UNAVAILABLE,
        gateway="stalled.example.com",
    ),
    Row(
        "died after 180",
        "canceled",
        "transaction failed to complete (2 intermediate responses)",
        UNAVAILABLE,
        True,
        gateway="stalled-ringing.example.com",
    ),
    Row(
        "UDP refused",
        "canceled",
        "transaction failed to complete (0 intermediate responses)",
        UNAVAILABLE,
        gateway="refused1.example.com",
    ),
    Row(
        "TCP refused",
        "failed_precondition",
        "transport<TCP> dial err=dial tcp :0->192.0.2.1:5060: connect: connection refused",
        LEFT,
        gateway="refused.example.com",
        trunk={"transport": TCP},
    ),
    Row(
        "TLS refused",
        "failed_precondition",
        "transport<TLS> dial err=dial tcp :0->192.0.2.1:5071: connect: connection refused",
        LEFT,
        gateway="refused.example.com:5071",
        trunk={"transport": TLS},
    ),
    Row(
        "TLS certificate",
        "failed_precondition",
        "conn 192.0.2.1:5061 write err=tls: failed to verify certificate: x509: "
        "certificate signed by unknown authority. transaction transport error",
        LEFT,
        gateway="untrusted.example.com",
        trunk={"transport": TLS},
    ),
    Row(
        "DNS",
        "invalid_argument",
        'fail to resolve target for "unresolved.example.com": '
        "lookup _sip._udp.unresolved.example.com on 127.0.0.53:53: no such host",
        LEFT,
        gateway="unresolved.example.com:5060",
    ),
    Row(
        "no credentials",
        "failed_precondition",
        "sip server required auth, but no username or password was provided",
        REJECTED,
        gateway="auth.example.com",
    ),
    Row(
        "wrong credentials",
        "failed_precondition",
        "max auth retry attempts reached for SIP invite",
        REJECTED,
        gateway="auth.example.com",
        trunk={"auth_username": "acme", "auth_password": "wrong"},
    ),
    Row(
        "no codec", "failed_precondition", "common audio codec not found", REJECTED, True, gateway="nocodec.example.com"
    ),
    Row(
        "encryption missing here",
        "failed_precondition",
        "no common encryption profiles",
        REJECTED,
        True,
        gateway="srtp.example.com",
    ),
    Row(
        "encryption missing there",
        "failed_precondition",
        "no common encryption profiles",
        REJECTED,
        True,
        gateway="plain.example.com",
        trunk={"media_encryption": ENCRYPTED},
    ),
]

ANSWERED_WITH_A_CODE = [
    _plain(302, "not_found", "Moved Temporarily", LEFT, number="+15550100302"),
    _plain(402, "permission_denied", "Payment Required", REJECTED, number="+15550100402"),
    _plain(403, "permission_denied", "Forbidden", REJECTED, number="+15550100403"),
    _explained(404, "not_found", "Not Found", UNAVAILABLE, number="+15550100404"),
    _plain(408, "deadline_exceeded", "Request Timeout", UNAVAILABLE, rang=True, number="+15550100408"),
    _plain(410, "not_found", "Gone", REJECTED, number="+15550100410"),
    _plain(415, "invalid_argument", "Unsupported Media Type", REJECTED, number="+15550100415"),
    _explained(480, "resource_exhausted", "Temporarily Unavailable", UNAVAILABLE, rang=True, number="+15550100480"),
    _plain(484, "invalid_argument", "Address Incomplete", REJECTED, number="+15550100484"),
    _explained(486, "resource_exhausted", "Busy Here", REJECTED, rang=True, number="+15550100486"),
    _plain(487, "aborted", "Request Terminated", REJECTED, rang=True, number="+15550100487"),
    _explained(488, "invalid_argument", "Not Acceptable Here", REJECTED, number="+15550100488"),
    _plain(500, "failed_precondition", "Server Internal Error", LEFT, number="+15550100500"),
    _plain(503, "failed_precondition", "Service Unavailable", LEFT, number="+15550100503"),
    _plain(504, "deadline_exceeded", "Server Time-out", LEFT, number="+15550100504"),
    _plain(600, "resource_exhausted", "Busy Everywhere", REJECTED, rang=True, number="+15550100600"),
    _plain(603, "permission_denied", "Decline", REJECTED, rang=True, number="+15550100603"),
    _plain(604, "not_found", "Does Not Exist Anywhere", REJECTED, number="+15550100604"),
    _plain(606, "invalid_argument", "Not Acceptable", REJECTED, number="+15550100606"),
    _plain(607, "permission_denied", "Unwanted", REJECTED, rang=True, number="+15550100607"),
    _plain(608, "permission_denied", "Rejected", REJECTED, rang=True, number="+15550100608"),
    _plain(503, "failed_precondition", "Service Unavailable", LEFT, gateway="s503.example.com:5060"),
    _plain(502, "failed_precondition", "Bad Gateway", LEFT, rang=True, gateway="r502.example.com"),
    _plain(403, "permission_denied", "User channel limit exceeded", REJECTED, gateway="limit403.example.com"),
    _plain(429, "invalid_argument", "Too many calls per second", REJECTED, gateway="limit429.example.com"),
    _explained(480, "resource_exhausted", "No channels available", UNAVAILABLE, gateway="limit480.example.com"),
    _explained(
        486, "resource_exhausted", "Maximum simultaneous calls reached", REJECTED, gateway="limit486.example.com"
    ),
    _plain(500, "failed_precondition", "Concurrent call limit exceeded", REJECTED, gateway="limit500.example.com"),
    _plain(503, "failed_precondition", "CPS limit exceeded", REJECTED, gateway="limit503.example.com"),
]

TABLE = WITHOUT_SIP_CODE + ANSWERED_WITH_A_CODE
