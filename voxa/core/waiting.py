"""Brief waits of web requests for background work. One thread of the process checks for all of them.

A waiting request polls nothing and uses no database. At most half of the web threads wait; further requests are
answered at once with what is known.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from django.db import close_old_connections, connections

_SHORTEST, _LONGEST, _SLOWER = 0.01, 0.1, 1.5  # seconds between two checks of one wait, and their growth


@dataclass(slots=True, eq=False)
class _Wait:
    is_done: Callable[[], bool]
    until: float
    pause: float = _SHORTEST
    next_at: float = field(default_factory=time.monotonic)
    result: Future[bool] = field(default_factory=Future)

    def check(self, now: float) -> None:
        try:
            if (done := self.is_done()) or now >= self.until:
                self.result.set_result(done)
        except Exception as error:
            self.result.set_exception(error)
        self.pause = min(self.pause * _SLOWER, _LONGEST)
        self.next_at = min(now + self.pause, self.until)


class Waits:
    """The waits of this process. Their thread runs while there are any, so none is lost to a fork."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._changed = threading.Condition()
        self._waits: list[_Wait] = []

    def wait(self, is_done: Callable[[], bool], seconds: float) -> bool:
        """Wait at most `seconds` until `is_done`, which reads committed rows; return its last answer.

        Do not wait where half of the threads already do. Never call in a transaction.
        """
        if seconds <= 0 or is_done():
            return seconds > 0
        wait = _Wait(is_done, time.monotonic() + seconds)
        with self._changed:
            if len(self._waits) >= max(1, self.threads // 2):
                return False
            self._waits.append(wait)
            self._changed.notify()
            if len(self._waits) == 1:
                threading.Thread(target=self._watch, name="waits", daemon=True).start()
        return wait.result.result()

    def _watch(self) -> None:
        close_old_connections()
        try:
            while waits := self._pending():
                now = time.monotonic()
                for wait in waits:
                    if wait.next_at <= now:
                        wait.check(now)
        finally:
            connections.close_all()

    def _pending(self) -> list[_Wait]:
        """Return the waits that go on, when the next check of one is due."""
        with self._changed:
            self._waits = [wait for wait in self._waits if not wait.result.done()]
            if self._waits:
                self._changed.wait(max(0.0, min(wait.next_at for wait in self._waits) - time.monotonic()))
            return list(self._waits)


WAITS = Waits(8)  # the web worker sets its number of threads
