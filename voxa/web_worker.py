"""gunicorn's threaded worker, with threads kept for probes and a deadline for what a client sends.

A connection gets a thread when its first bytes are there. A request whose headers and body are not read within
`SENT_WITHIN` reads the end of its input: a slow sender holds a thread that long at most. Relies on gunicorn 27.
"""

import selectors
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

SENT_WITHIN = 15.0  # seconds for headers and body together; answers may take longer
FIRST_BYTE = 5.0  # seconds for a new connection to say anything
PROBES = tuple(f"{verb} {path}".encode() for verb in ("GET", "HEAD") for path in ("/healthz", "/readyz"))


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves `/healthz` and `/readyz` by two threads of their own, whatever the others wait for."""

    def init_process(self) -> None:
        self.probe_pool = ThreadPoolExecutor(2, "probe")
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        if not (conn.initialized or conn.data_ready):
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + FIRST_BYTE
            self.pending_conns.append(conn)
            readable = partial(self.on_pending_socket_readable, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, readable)
            return
        pool = self.probe_pool if _is_probe(conn.sock) else self.tpool
        done = pool.submit(self.handle, conn)
        done.add_done_callback(lambda work: self.method_queue.defer(self.finish_request, conn, work))

    def handle(self, conn: Any) -> Any:
        deadline = threading.Timer(SENT_WITHIN, _end_input, (conn.sock,))
        deadline.daemon = True
        deadline.start()
        try:
            return super().handle(conn)
        finally:
            deadline.cancel()


def _is_probe(sock: socket.socket) -> bool:
    try:
        return sock.recv(16, socket.MSG_PEEK | socket.MSG_DONTWAIT).startswith(PROBES)
    except OSError:
        return False


def _end_input(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RD)
    except OSError:
        return
