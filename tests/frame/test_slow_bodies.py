"""Who sends a body for too long finds the input ended, without a timer for each request."""

import socket
import time
from collections import deque

from voxa.web_worker import Worker


def test_the_input_of_who_is_late_ends_and_that_of_others_stays_open() -> None:
    worker = Worker.__new__(Worker)
    worker.pending_conns = deque()
    (late, late_client), (timely, client) = socket.socketpair(), socket.socketpair()
    worker.sending = {late: time.monotonic() - 1, timely: time.monotonic() + 60}
    with late, late_client, timely, client:
        worker.murder_pending()
        assert late.recv(1) == b""
        client.send(b"x")
        assert timely.recv(1) == b"x"
