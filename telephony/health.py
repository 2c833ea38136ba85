"""Does a gateway answer: DNS, then TCP and TLS where it has them, then a SIP OPTIONS.

Asked from this host, which need not be the one that LiveKit's SIP service calls from: a carrier may know that alone.
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
    """Where it ended."""

    DNS = "its name"
    CONNECT = "connecting"
    TLS = "TLS"
    SIP = "SIP"


@dataclass(frozen=True, slots=True)
class Health:
    """What came of it: the SIP status of the answer, or the step that failed and why."""

    status: int = 0
    phrase: str = ""
    failed: Step | None = None
    error: str = ""

    @property
    def is_well(self) -> bool:
        """Return whether a SIP server answered and did not say that it is out of service. A refusal is an answer."""
        return self.failed is None and self.status != 503


def check_gateway(host: str, port: int, transport: Transport) -> Health:
    """Ask one gateway, within `LIMIT` and DNS's 2 seconds. Never in a transaction."""
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
    except OSError as error:  # ssl.SSLError and TimeoutError are such too
        return Health(failed=step, error=_words(error))


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
    """Send the request and read the first answer to it. Raises OSError, TimeoutError where none came."""
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
            raise ConnectionError("The connection was closed without an answer.")
        received = part if udp else received + part
        if (health := _read(received, call_id)) is not None:
            return health
        if len(received) > LONGEST:
            raise ConnectionError("Something answers, but not SIP.")


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
    """Read a final answer to our request; None while there is none, or it is not whole yet. Bodies are passed over."""
    text = received.decode("utf-8", "replace").lstrip("\r\n")
    if not text.startswith("SIP/2.0"[: len(text)]):
        raise ConnectionError("Something answers, but not SIP.")
    for head in text.split("\r\n\r\n")[:-1]:
        version, _, rest = head.partition("\r\n")[0].partition(" ")
        code, _, phrase = rest.partition(" ")
        status = int(code) if code.isascii() and code.isdigit() else 0
        if version == "SIP/2.0" and status >= 200 and call_id in head:
            return Health(status, phrase[:60])
    return None


def _left(end: float) -> float:
    """Return the seconds left. Raises TimeoutError when there are none."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _words(error: OSError) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"Its certificate is not accepted: {error.verify_message}."
        case ssl.SSLError():
            return f"The TLS handshake failed ({error.reason or type(error).__name__})."
        case TimeoutError():
            return f"It did not answer within {LIMIT:g} s."
        case ConnectionRefusedError():
            return "Nothing listens there."
        case ConnectionError() if error.errno is None:
            return str(error)
        case _:
            return f"It cannot be reached ({error.strerror or type(error).__name__})."
