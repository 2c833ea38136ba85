"""Database work of many dials at once: what they ask for at the same time is done in one transaction.

Each step of a dial (prepare, begin, turn, outcome) is one stage; while one group of a stage is at work, the next one
gathers. If anything in a group fails, it is rolled back and each call's work is done by itself.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from calls.dialer.rate_limits import Limit, one_by_one
from calls.dialer.threads import in_thread
from calls.models import Call
from calls.services.gathering import gathering
from voxa.core.statements import read_once

T = TypeVar("T")

LONGEST = timedelta(milliseconds=200)
MOST = 16  # calls of one group: their rows are locked while it is at work


@dataclass(eq=False)
class Job:
    """Work on one call in the database, and the rate limits that it locks."""

    work: Callable[[], Any]
    call: Call | None = None
    limits: Sequence[Limit] = ()
    done: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def alone(self) -> Any:
        """Return the result or the exception of doing it by itself."""
        try:
            return self.work()
        except Exception as error:
            return error


class Stage:
    """Runs jobs group by group. Belongs to one event loop. `takes` is how long a group lately took at most."""

    def __init__(self, run: Callable[[Sequence[Job]], list[Any]]) -> None:
        self._run, self._waiting = run, list[Job]()
        self._task: asyncio.Task[None] | None = None
        self.takes = timedelta(0)

    async def do(self, work: Callable[[], T], call: Call | None = None, limits: Sequence[Limit] = ()) -> T:
        """Run database work in a thread, with that of other calls; raise what it raises."""
        job = Job(work, call, limits)
        self._waiting.append(job)
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        result: T = await job.done
        return result

    async def _work(self) -> None:
        while self._waiting:
            jobs, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            begun = time.monotonic()
            try:
                results = await in_thread(self._run, jobs)
            except Exception as error:
                results = [error] * len(jobs)
            self.takes = max(self.takes * 0.8, min(timedelta(seconds=time.monotonic() - begun), LONGEST))
            for job, result in zip(jobs, results, strict=True):
                if job.done.done():  # its dial was canceled
                    continue
                if isinstance(result, Exception):
                    job.done.set_exception(result)
                else:
                    job.done.set_result(result)
        self._task = None


class Stages:
    """The steps of a dial."""

    def __init__(self) -> None:
        self.prepare = Stage(_sharing_reads)
        self.begin, self.turn, self.outcome = (Stage(_in_one_transaction) for _ in range(3))


_stages: WeakKeyDictionary[asyncio.AbstractEventLoop, Stages] = WeakKeyDictionary()


def stages() -> Stages:
    """Return the running loop's."""
    loop = asyncio.get_running_loop()
    if loop not in _stages:
        _stages[loop] = Stages()
    return _stages[loop]


def _sharing_reads(jobs: Sequence[Job]) -> list[Any]:
    with read_once():
        return [job.alone() for job in jobs]


def _in_one_transaction(jobs: Sequence[Job]) -> list[Any]:
    if len(jobs) == 1:
        return [jobs[0].alone()]
    calls = {job.call.pk: dict(vars(job.call)) for job in jobs if job.call}
    results: dict[Job, Any] = {}
    try:
        with gathering(calls) as work, read_once():
            one_by_one({limit for job in jobs for limit in job.limits})
            for job in jobs:
                if job.call and job.call.pk in work.calls:
                    results[job] = job.work()
    except Exception:  # nothing is written: find out whose it is
        results = {}
        for job in jobs:
            if job.call:
                vars(job.call).update(calls[job.call.pk])
    return [results[job] if job in results else job.alone() for job in jobs]
