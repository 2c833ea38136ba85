"""A pool of threads that gives work to the thread that became free last.

Its database connection, with the statements prepared there, and its memory are warm. The library's own pool takes the
thread that has waited longest, so that a few requests at a time go through all of its connections in turn.
"""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from queue import Empty
from threading import Lock
from typing import Any


class _Waiting:
    """A thread that waits, and what it is given."""

    __slots__ = ("given", "item")

    def __init__(self) -> None:
        self.given, self.item = Lock(), None
        self.given.acquire()


class _LastFreeFirst:
    """What the library's pool uses of a queue."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._items: deque[Any] = deque()
        self._waiting: list[_Waiting] = []

    def put(self, item: Any) -> None:
        with self._lock:
            if not self._waiting:
                self._items.append(item)
                return
            thread = self._waiting.pop()
        thread.item = item
        thread.given.release()

    def get(self, block: bool = True) -> Any:
        with self._lock:
            if self._items:
                return self._items.popleft()
            if not block:
                raise Empty
            thread = _Waiting()
            self._waiting.append(thread)
        thread.given.acquire()
        return thread.item

    def get_nowait(self) -> Any:
        return self.get(block=False)


class WarmThreads(ThreadPoolExecutor):
    """Relies on Python's pool taking its work from `_work_queue`, as it does from 3.9 on."""

    def __init__(self, threads: int, name: str = "") -> None:
        super().__init__(threads, name)
        self._work_queue: Any = _LastFreeFirst()
