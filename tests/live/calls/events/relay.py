"""Where LiveKit sends its webhooks in tests: passed on to this Voxa while a test listens, dropped as it says."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.db import connections
from django.test import Client


class Relay:
    """A small HTTP server. `takes` says of each webhook, by its number, whether it arrives."""

    def __init__(self) -> None:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(relay.hand_on(body, self.headers["Authorization"]))
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Log nothing."""

        self.takes: Callable[[int], bool] = lambda number: True
        self.listening = False
        self._seen = 0
        self._turn = threading.Lock()  # held while one is handed on: nothing is under way once a test has ended
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/livekit/webhook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def hand_on(self, body: bytes, token: str) -> int:
        """Return a webhook to Voxa and the status it answers."""
        with self._turn:
            self._seen += 1
            if not self.listening or not self.takes(self._seen):
                return 200
            try:
                headers = {"authorization": token}
                return (
                    Client()
                    .generic("POST", "/livekit/webhook", body, "application/webhook+json", headers=headers)
                    .status_code
                )
            finally:
                connections.close_all()

    def listen(self, *, on: bool) -> None:
        """Begin or end a test."""
        with self._turn:
            self.listening, self.takes = on, lambda number: True

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
