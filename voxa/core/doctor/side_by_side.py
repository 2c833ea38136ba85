"""Doing several things that wait at once, for a bounded time."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def side_by_side(jobs: Sequence[Callable[[], T]], limit: float) -> Iterator[tuple[int, T]]:
    """Do jobs in a thread each; return the place and result of each as it ends, and of none after `limit` seconds.

    A job must not raise. Its thread is a daemon: one that hangs does not hold up the end of the process.
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
