"""Check a gateway: DNS, then TCP and TLS if used, then SIP OPTIONS.

It runs on this host, which may not be the host of LiveKit's SIP service: a carrier may respond only to that one.
"""

import secrets
import socket
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum

from telephony.addresses import parse_ip
from telephony.choices import Transport
from telephony.sync.dns import look_up

LIMIT = 4.0  # seconds for one gateway after DNS, which has its own
AGAIN_AFTER = 0.5  # seconds until a UDP request is repeated. Source: RFC 3261, 17.1.2.2 (T1)
LONGEST = 65_535  # bytes of an answer that are read


class Step(StrEnum):
    """The step that failed."""

    DNS = "DNS"
    CONNECT = "connection"
    TLS = "TLS"
    SIP = "SIP"


@dataclass(frozen=True, slots=True)
class Health:
    """The result: the SIP status of the response, or the failed step and the error."""

    status: int = 0
    phrase: str = ""
    failed: Step | None = None
    error: str = ""

    @property
    def is_well(self) -> bool:
        """Return whether a SIP server responded and is in service. A rejection is a response."""
        return self.failed is None and self.status != 503


def check_gateway(host: str, port: int, transport: Transport) -> Health:
    """Check one gateway within `LIMIT` plus 2 seconds for DNS. Never call it in a transaction."""
    addresses = [host] if parse_ip(host) else list((answer := look_up(host)).addresses)
    if not addresses:
        return Health(failed=Step.DNS, error=answer.error)
    end = time.monotonic() + LIMIT
    step = Step.SIP if transport == Transport.UDP else Step.CONNECT
    try:
        with _connect(addresses[0], port, transport, end) as plain:
            if transport != Transport.TLS:
                step = Step.SIP
                return _options(plain, host, port, transport, end)
            step = Step.TLS
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wrapped:
                step = Step.SIP
                return _options(wrapped, host, port, transport, end)
    except OSError as error:  # ssl.SSLError and TimeoutError are subclasses
        return Health(failed=step, error=_words(error))


def ask_gateway(host: str, port: int, protocol: str, outbound: bool) -> Health:
    """Check a gateway that is dialed; of one that only calls in, check its name: nothing needs to listen there."""
    if outbound:
        return check_gateway(host, port, Transport(protocol))
    if parse_ip(host):
        return Health()
    answer = look_up(host)
    return Health(failed=None if answer.addresses else Step.DNS, error=answer.error)


def _connect(address: str, port: int, transport: Transport, end: float) -> socket.socket:
    if transport != Transport.UDP:
        return socket.create_connection((address, port), timeout=_left(end))
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = socket.socket(family, socket.SOCK_DGRAM)
    try:
        found.connect((address, port))
    except OSError:
        found.close()
        raise
    return found


def _options(connection: socket.socket, host: str, port: int, transport: Transport, end: float) -> Health:
    """Send the request and return the first response. Raise `OSError`, or `TimeoutError` without a response."""
    call_id = secrets.token_hex(8)
    request = _request(connection, host, port, transport, call_id)
    udp, wait, received = transport == Transport.UDP, AGAIN_AFTER, b""
    connection.settimeout(_left(end))
    connection.sendall(request)
    while True:
        connection.settimeout(min(wait, _left(end)) if udp else _left(end))
        try:
            part = connection.recv(LONGEST)
        except TimeoutError:
            if not udp or time.monotonic() >= end:
                raise
            wait *= 2
            connection.sendall(request)
            continue
        if not part:
            raise ConnectionError("The connection was closed without a response.")
        received = part if udp else received + part
        if (health := _read(received, call_id)) is not None:
            return health
        if len(received) > LONGEST:
            raise ConnectionError("The server responded, but not with SIP.")


def _request(connection: socket.socket, host: str, port: int, transport: Transport, call_id: str) -> bytes:
    own, own_port = connection.getsockname()[:2]
    own, target = (f"[{name}]" if ":" in name else name for name in (own, host))
    lines = (
        f"OPTIONS sip:{target}:{port} SIP/2.0",
        f"Via: SIP/2.0/{transport.upper()} {own}:{own_port};rport;branch=z9hG4bK{secrets.token_hex(8)}",
        "Max-Forwards: 70",
        f"From: <sip:voxa@{own}>;tag={secrets.token_hex(4)}",
        f"To: <sip:{target}:{port}>",
        f"Call-ID: {call_id}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:voxa@{own}:{own_port};transport={transport}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _read(received: bytes, call_id: str) -> Health | None:
    """Parse a final response to our request; return None while there is no complete one. Bodies are ignored."""
    text = received.decode("utf-8", "replace").lstrip("\r\n")
    if not text.startswith("SIP/2.0"[: len(text)]):
        raise ConnectionError("The server responded, but not with SIP.")
    for head in text.split("\r\n\r\n")[:-1]:
        version, _, rest = head.partition("\r\n")[0].partition(" ")
        code, _, phrase = rest.partition(" ")
        status = int(code) if code.isascii() and code.isdigit() else 0
        if version == "SIP/2.0" and status >= 200 and call_id in head:
            return Health(status, phrase[:60])
    return None


def _left(end: float) -> float:
    """Return the seconds left. Raise `TimeoutError` if there are none."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _words(error: OSError) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"The certificate is not valid: {error.verify_message}."
        case ssl.SSLError():
            return f"The TLS handshake failed ({error.reason or type(error).__name__})."
        case TimeoutError():
            return f"No response within {LIMIT:g} s."
        case ConnectionRefusedError():
            return "The connection was refused."
        case ConnectionError() if error.errno is None:
            return str(error)
        case _:
            return f"The host is unreachable ({error.strerror or type(error).__name__})."
