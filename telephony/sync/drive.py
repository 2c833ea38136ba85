"""Runs many step-by-step jobs at once: their calls to LiveKit in threads, everything else in the caller's thread.

So only one thread writes to the database, and a job reads from top to bottom.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")
Call = Callable[[], Any]
Steps = Generator[Call, Any, T]


class Crew:
    """Runs jobs, at most so many calls in flight; with one at a time, in the caller's thread. Use it in `with`."""

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self._todo: queue.SimpleQueue[tuple[Steps[None], Call] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Steps[None], _Outcome]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *raised: object) -> None:
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    def drive(self, jobs: Iterable[Steps[None]]) -> None:
        """Run the jobs to their end. What a job raises ends all and is raised."""
        waiting = deque(jobs)
        if self.size <= 1 or len(waiting) <= 1:
            for job in waiting:
                finish(job)
            return
        self._hire(min(self.size, len(waiting)))
        ready: list[tuple[Steps[None], _Outcome]] = []
        flying = 0
        while waiting or ready or flying:
            while waiting and flying + len(ready) < self.size:
                ready.append((waiting.popleft(), _Outcome()))
            flying += self._go_on(ready)
            ready = self._landed() if flying else []
            flying -= len(ready)

    def _go_on(self, ready: list[tuple[Steps[None], "_Outcome"]]) -> int:
        """Take each job to its next call; give how many calls took off."""
        calls = 0
        for job, outcome in ready:
            with suppress(StopIteration):
                self._todo.put((job, outcome.into(job)))
                calls += 1
        return calls

    def _landed(self) -> list[tuple[Steps[None], "_Outcome"]]:
        """Wait for a call to end; give all that ended."""
        ended = [self._done.get()]
        with suppress(queue.Empty):
            while True:
                ended.append(self._done.get_nowait())
        return ended

    def _hire(self, count: int) -> None:
        while len(self._threads) < count:
            self._threads.append(threading.Thread(target=self._work, daemon=True))
            self._threads[-1].start()

    def _work(self) -> None:
        try:
            while (item := self._todo.get()) is not None:
                job, call = item
                self._done.put((job, _attempt(call)))
        finally:
            connections.close_all()  # a call notes in the database whether LiveKit answered


def finish(job: Steps[T]) -> T:
    """Run one job to its end in this thread and give what it returns."""
    outcome = _Outcome()
    while True:
        try:
            call = outcome.into(job)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        outcome = _attempt(call)


class _Outcome:
    """What a call gave: a value or an error."""

    def __init__(self, value: Any = None, error: BaseException | None = None) -> None:
        self.value, self.error = value, error

    def into(self, job: Steps[Any]) -> Call:
        """Let the job go on with it; give its next call. Raises StopIteration at its end."""
        return job.send(self.value) if self.error is None else job.throw(self.error)


def _attempt(call: Call) -> _Outcome:
    try:
        return _Outcome(call())
    except BaseException as error:  # raised again in the job, and so in the caller's thread
        return _Outcome(None, error)
