"""Runs many step-by-step jobs at once: their calls to LiveKit in threads, everything else in the caller's thread.

So only one thread writes to the database, and a job reads from top to bottom.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")
Call = Callable[[], Any]
Steps = Generator[Call, Any, T]


def drive(jobs: Iterable[Steps[None]], concurrency: int = 1) -> None:
    """Run the jobs to their end, at most so many calls in flight. A job's exception ends all and is raised."""
    waiting = iter(jobs)
    if concurrency <= 1:
        for job in waiting:
            finish(job)
        return
    workers = _Workers(concurrency)
    try:
        _drive(waiting, workers, concurrency)
    finally:
        workers.stop()


def finish(job: Steps[T]) -> T:
    """Run one job to its end in this thread and give what it returns."""
    outcome = _Outcome(None, None)
    while True:
        try:
            call = outcome.into(job)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        outcome = _attempt(call)


class _Outcome:
    """What a call gave: a value or an error."""

    def __init__(self, value: Any, error: BaseException | None) -> None:
        self.value, self.error = value, error

    def into(self, job: Steps[Any]) -> Call:
        """Let the job go on with it; give its next call. Raises StopIteration at its end."""
        return job.send(self.value) if self.error is None else job.throw(self.error)


def _attempt(call: Call) -> _Outcome:
    try:
        return _Outcome(call(), None)
    except BaseException as error:  # raised again in the job, and so in the caller's thread
        return _Outcome(None, error)


def _drive(waiting: "Iterable[Steps[None]]", workers: "_Workers", concurrency: int) -> None:
    jobs, flying = iter(waiting), 0
    ready: list[tuple[Steps[None], _Outcome]] = []
    while True:
        while flying < concurrency:
            job, outcome = ready.pop() if ready else (next(jobs, None), _Outcome(None, None))
            if job is None:
                break
            try:
                workers.todo.put((job, outcome.into(job)))
                flying += 1
            except StopIteration:
                continue
        if not flying:
            return
        ready.append(workers.done.get())
        flying -= 1


class _Workers:
    """Threads that make calls. They close the database connections that a call may have opened in them."""

    def __init__(self, count: int) -> None:
        self.todo: queue.SimpleQueue[tuple[Steps[None], Call] | None] = queue.SimpleQueue()
        self.done: queue.SimpleQueue[tuple[Steps[None], _Outcome]] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        try:
            while (item := self.todo.get()) is not None:
                job, call = item
                self.done.put((job, _attempt(call)))
        finally:
            connections.close_all()

    def stop(self) -> None:
        for _ in self._threads:
            self.todo.put(None)
        for thread in self._threads:
            thread.join()
