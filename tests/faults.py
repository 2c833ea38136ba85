"""A server between a client and a LiveKit that fails on demand: hangs, loses answers, answers nonsense."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_TOLD = ("Authorization", "Content-Type")


class FaultyServer:
    """Forwards to `target` unless told otherwise; `requests` are the method names that arrived, `tokens` theirs.

    `loses` names the methods whose answer is lost after LiveKit carried them out, `hangs` those that are never
    answered, `answers` gives a status, content type and body to send instead.
    """

    def __init__(self, target: str = "") -> None:
        self.target = target
        self.requests: list[str] = []
        self.tokens: list[str] = []
        self.loses: set[str] = set()
        self.hangs: set[str] = set()
        self.answers: tuple[int, str, bytes] | None = None
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port
        self.url = f"ws://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                faulty._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        name = request.path.rpartition("/")[2]
        self.requests.append(name)
        self.tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        if name in self.hangs:
            self._released.wait()
            return
        status, kind, answer = self.answers or self._forward(request, body)
        if name in self.loses:
            return
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def _forward(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str, bytes]:
        headers = {name: request.headers[name] for name in _TOLD}
        answer = httpx.post(self.target + request.path, content=body, headers=headers)
        return answer.status_code, answer.headers["Content-Type"], answer.content


@contextmanager
def faulty_server(target: str = "") -> Iterator[FaultyServer]:
    """Run one in front of `target`, an http URL."""
    server = FaultyServer(target)
    try:
        yield server
    finally:
        server.stop()
