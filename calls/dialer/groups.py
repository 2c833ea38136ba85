"""Database work of many dials at once: what they ask for at the same time is done in one transaction.

Each step of a dial (start, begin at a further gateway, turn, outcome) is one stage; while one group of a stage is at
work, the next one gathers. If anything in a group fails, it is rolled back and each call's work is done by itself.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from calls.dialer.lead import Lead
from calls.dialer.rate_limits import Limit, one_by_one
from calls.dialer.threads import in_thread
from calls.models import Call
from calls.services.gathering import gathering
from voxa.core.statements import read_once

T = TypeVar("T")

MOST = 32  # calls of one group: their rows are locked while it is at work


@dataclass(eq=False)
class Job:
    """Work on one call in the database, and the rate limits that it locks: those that `first` returns if given."""

    work: Callable[[], Any]
    call: Call | None = None
    limits: Sequence[Limit] = ()
    done: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    call_id: UUID | None = None  # of a call that is not loaded yet
    first: Callable[[], Sequence[Limit]] | None = None

    @property
    def key(self) -> UUID | None:
        return self.call.pk if self.call is not None else self.call_id

    def alone(self) -> Any:
        """Return the result or the exception of doing it by itself."""
        try:
            if self.first is not None:
                self.first()
            return self.work()
        except Exception as error:
            return error


class Stage:
    """Runs jobs group by group. Belongs to one event loop."""

    def __init__(self, run: Callable[[Sequence[Job]], list[Any]]) -> None:
        self._run, self._waiting = run, list[Job]()
        self._task: asyncio.Task[None] | None = None

    async def do(self, work: Callable[[], T], call: Call | None = None, limits: Sequence[Limit] = ()) -> T:
        """Run database work in a thread, with that of other calls; raise what it raises."""
        result: T = await self.put(Job(work, call, limits))
        return result

    async def put(self, job: Job) -> Any:
        """Do the same for a job."""
        self._waiting.append(job)
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await job.done

    async def _work(self) -> None:
        while self._waiting:
            jobs, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                results = await in_thread(self._run, jobs)
            except Exception as error:
                results = [error] * len(jobs)
            for job, result in zip(jobs, results, strict=True):
                if job.done.done():  # its dial was canceled
                    continue
                if isinstance(result, Exception):
                    job.done.set_exception(result)
                else:
                    job.done.set_result(result)
        self._task = None


class Stages:
    """The steps of a dial, and how long those take between its send window and the dial."""

    def __init__(self) -> None:
        self.start = Stage(partial(_in_one_transaction, related=True))
        self.begin, self.turn, self.outcome = (Stage(_in_one_transaction) for _ in range(3))
        self.start_lead: defaultdict[UUID, Lead] = defaultdict(Lead)  # by LiveKit project, which makes the room
        self.turn_lead = Lead()


_stages: WeakKeyDictionary[asyncio.AbstractEventLoop, Stages] = WeakKeyDictionary()


def stages() -> Stages:
    """Return the running loop's."""
    loop = asyncio.get_running_loop()
    if loop not in _stages:
        _stages[loop] = Stages()
    return _stages[loop]


def _in_one_transaction(jobs: Sequence[Job], *, related: bool = False) -> list[Any]:
    calls = {job.call.pk: dict(vars(job.call)) for job in jobs if job.call}
    results: dict[Job, Any] = {}
    try:
        with gathering({job.key for job in jobs if job.key}, related=related) as work, read_once():
            free = [job for job in jobs if job.key in work.calls]
            limits = {limit for job in free for limit in (job.first() if job.first else job.limits)}
            one_by_one(limits)
            results = {job: job.work() for job in free}
    except Exception:  # nothing is written: find out whose it is
        results = {}
        for job in jobs:
            if job.call:
                vars(job.call).update(calls[job.call.pk])
    return [results[job] if job in results else job.alone() for job in jobs]
