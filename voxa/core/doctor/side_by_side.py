"""Run blocking jobs in parallel with a time limit."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def side_by_side(jobs: Sequence[Callable[[], T]], limit: float) -> Iterator[tuple[int, T]]:
    """Run each job in a thread; yield position and result of each as it ends, for up to `limit` seconds.

    A job must not raise. Its thread is a daemon: one that hangs does not block the end of the process.
    """
    results: SimpleQueue[tuple[int, T]] = SimpleQueue()
    for place, job in enumerate(jobs):
        threading.Thread(target=_do, args=(place, job, results), daemon=True).start()
    end = time.monotonic() + limit
    for _ in jobs:
        try:
            yield results.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            return


def _do(place: int, job: Callable[[], T], results: "SimpleQueue[tuple[int, T]]") -> None:
    try:
        result = job()
    finally:
        connections.close_all()
    results.put((place, result))
