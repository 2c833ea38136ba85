"""gunicorn's threaded worker, with threads kept for probes and deadlines for what a client sends.

A request gets a thread when its headers are there: slow headers hold none, and are cut off after `HEADERS_WITHIN`. A
request whose body is not read within `SENT_WITHIN` reads the end of its input: a slow sender holds a thread that long
at most. Relies on gunicorn 27.
"""

import selectors
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from voxa.core.bodies.reader import READERS, SENT_WITHIN
from voxa.core.waiting import WAITS
from voxa.thread_pool import WarmThreads

HEADERS_WITHIN = 5.0  # seconds for headers after their first byte, and for a new connection to send that
PROBES = tuple(f"{verb} {path}".encode() for verb in ("GET", "HEAD") for path in ("/healthz", "/readyz", "/metrics"))
_LINGER_BYTES = 16 * 1_048_576
_PEEKED = 16_384  # bytes; longer headers are read in a thread


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves `/healthz`, `/readyz` and `/metrics` with two dedicated threads, independent of the others."""

    def init_process(self) -> None:
        self.probe_pool = ThreadPoolExecutor(2, "probe")
        self.sending: dict[socket.socket, float] = {}  # until when each may
        READERS.threads = WAITS.threads = self.cfg.threads
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        return WarmThreads(self.cfg.threads)

    def enqueue_req(self, conn: Any) -> None:
        """Assign a thread to a connection if the headers of its next request have arrived, else wait for them."""
        head = None if self.cfg.is_ssl else _arrived(conn.sock)
        seen = getattr(conn, "head_seen", 0)
        is_silent = head is None and not (conn.initialized or conn.data_ready)
        # Without growth the client has closed its side: then a thread finds the end.
        is_partial = head is not None and seen < len(head) < _PEEKED and b"\r\n\r\n" not in head
        if is_silent or is_partial:
            self._await_head(conn, len(head or b""))
            return
        if seen:
            conn.head_seen = 0
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        pool = self.probe_pool if head and head.startswith(PROBES) else self.tpool
        done = pool.submit(self.handle, conn)
        done.add_done_callback(lambda work: self.method_queue.defer(self.finish_request, conn, work))

    def _await_head(self, conn: Any, seen: int) -> None:
        """Wait without a thread until more than `seen` bytes are there."""
        now = time.monotonic()
        if not getattr(conn, "head_seen", 0):
            conn.headers_by = now + HEADERS_WITHIN
        if now > conn.headers_by:
            self.nr_conns -= 1
            conn.close()
            return
        conn.head_seen, conn.timeout = seen, conn.headers_by
        conn.sock.setblocking(False)
        # What was peeked at stays in the socket; it is readable again once there is more.
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, seen + 1)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: Any) -> Any:
        self.sending[conn.sock] = conn.sent_by = time.monotonic() + SENT_WITHIN
        try:
            return super().handle(conn)
        finally:
            self.sending.pop(conn.sock, None)

    def murder_pending(self) -> None:
        """End the input of those who send for too long, too. gunicorn calls this each second."""
        super().murder_pending()
        now = time.monotonic()
        for sock, by in list(self.sending.items()):
            if now > by:
                _end_input(sock)

    def handle_request(self, req: Any, conn: Any) -> Any:
        req.body.sent_by, req.body.close_connection = conn.sent_by, req.force_close
        return super().handle_request(req, conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Close without waiting: gunicorn's method blocks the accepting thread for up to 2 s."""
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
        conn.timeout = time.monotonic() + HEADERS_WITHIN
        self.pending_conns.append(conn)

    def linger(self, conn: Any, left: int, sock: socket.socket) -> None:
        """Read on until the client closes: unread data would make the kernel drop the response."""
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


def _arrived(sock: socket.socket) -> bytes | None:
    """Return what has arrived and was not read, empty at the end of the input; None where nothing has."""
    try:
        return sock.recv(_PEEKED, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return None


def _end_input(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RD)
    except OSError:
        return
