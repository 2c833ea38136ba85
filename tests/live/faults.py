"""A LiveKit that loses answers: an HTTP proxy in front of the real server, told what to do at each call."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class FaultyLiveKit:
    """Forwards every call to the server and counts those that write.

    `before(n, method)` runs before the n-th write (from 1) reaches the server, `after(n, method)` when the server has
    done it and before the answer goes back; an answer is lost if either gives False. Both run in the proxy's thread.
    """

    def __init__(self, target: str) -> None:
        self.before: Callable[[int, str], bool] = lambda n, method: True
        self.after: Callable[[int, str], bool] = lambda n, method: True
        self.writes: list[str] = []
        self.lock = threading.Lock()
        proxy, upstream = self, httpx.Client(base_url=target, timeout=10)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {
                    name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers
                }
                method = self.path.rsplit("/", 1)[-1]
                n = proxy.count(method)
                if n and not proxy.before(n, method):
                    return self.hang_up()
                answer = upstream.post(self.path, content=body, headers=headers)
                if n and not proxy.after(n, method):
                    return self.hang_up()
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)
                return None

            def hang_up(self) -> None:
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing: the output of the tests is pytest's."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Log nothing of a caller who was killed."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"ws://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, method: str) -> int:
        """Number a write, 0 for a read."""
        if method.startswith("List"):
            return 0
        with self.lock:
            self.writes.append(method)
            return len(self.writes)

    def heal(self) -> None:
        """Lose no more answers and count from one again."""
        self.before = self.after = lambda n, method: True
        self.writes.clear()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
