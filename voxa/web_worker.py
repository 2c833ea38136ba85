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

from voxa.core.bodies import READERS, SENT_WITHIN

FIRST_BYTE = 5.0  # seconds for a new connection to say anything
PROBES = tuple(f"{verb} {path}".encode() for verb in ("GET", "HEAD") for path in ("/healthz", "/readyz", "/metrics"))
_LINGER_BYTES = 16 * 1_048_576


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves `/healthz`, `/readyz` and `/metrics` by two threads of their own, whatever the others wait for."""

    def init_process(self) -> None:
        self.probe_pool = ThreadPoolExecutor(2, "probe")
        READERS.threads = self.cfg.threads
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
        conn.sent_by = time.monotonic() + SENT_WITHIN
        deadline = threading.Timer(SENT_WITHIN, _end_input, (conn.sock,))
        deadline.daemon = True
        deadline.start()
        try:
            return super().handle(conn)
        finally:
            deadline.cancel()

    def handle_request(self, req: Any, conn: Any) -> Any:
        req.body.sent_by, req.body.close_connection = conn.sent_by, req.force_close
        return super().handle_request(req, conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Close without waiting: gunicorn's own lingers here, in the thread that accepts, for up to 2 s each."""
        if not fs.cancelled() and (fs.exception() or fs.result()):
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.linger, conn, _LINGER_BYTES))
        except (OSError, ValueError):
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout = time.monotonic() + FIRST_BYTE
        self.pending_conns.append(conn)

    def linger(self, conn: Any, left: int, sock: socket.socket) -> None:
        """Read on until the client closes: data that nobody read would make the kernel withdraw the answer."""
        try:
            got = len(sock.recv(65_536))
        except OSError:
            got = 0
        if got and left > got:
            self.poller.modify(sock, selectors.EVENT_READ, partial(self.linger, conn, left - got))
            return
        self.poller.unregister(sock)
        self.pending_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()


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
