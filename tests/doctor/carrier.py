"""A carrier's gateway on loopback, which answers as it is told."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[str], bytes]


def says(status: int, phrase: str, *, before: bytes = b"") -> Answer:
    """Answer a request with this status, after other bytes."""

    def answer(request: str) -> bytes:
        kept = [
            line for line in request.split("\r\n") if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
        ]
        lines = [f"SIP/2.0 {status} {phrase}", *kept, "Content-Length: 0", "", ""]
        return before + "\r\n".join(lines).encode()

    return answer


@contextmanager
def udp(answer: Answer, *, deaf_to: int = 0) -> Iterator[int]:
    """Return the port of one that answers over UDP, but not to the first `deaf_to` requests."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        for count in range(1_000):
            request, caller = server.recvfrom(65_535)
            if not request:
                return
            if count >= deaf_to:
                server.sendto(answer(request.decode()), caller)

    yield from _running(server, serve, lambda: server.sendto(b"", server.getsockname()))


@contextmanager
def stream(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Return the port of one that answers one request over TCP, or TLS, and closes."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = server.accept()
            with tls.wrap_socket(connection, server_side=True) if tls else connection as plain:
                request = plain.recv(65_535).decode("utf-8", "replace")
                if request:
                    plain.sendall(answer(request))
        except OSError:
            return  # the caller did not like the certificate

    yield from _running(server, serve, lambda: socket.create_connection(server.getsockname()).close())


def _running(server: socket.socket, serve: Callable[[], None], wake: Callable[[], object]) -> Iterator[int]:
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        if thread.is_alive():
            wake()
        thread.join(5)
        server.close()
