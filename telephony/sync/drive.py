"""Runs many step-by-step jobs at once: their calls to LiveKit side by side, everything else in the caller's thread.

So only one thread writes to the database, and a job reads from top to bottom.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from telephony.livekit_client import Ended, LiveKitClient, Operation

T = TypeVar("T")

STUCK = 60.0  # seconds without any answer, where each call ends by itself after a few


@dataclass(frozen=True, slots=True)
class Call:
    """A call to LiveKit, not made yet."""

    client: LiveKitClient
    operation: Operation[Any]


Steps = Generator[Call, Any, T]
Answer = Callable[[], Any]  # gives what a call gave, or raises what it raised


def drive(jobs: Iterable[Steps[object]], at_once: int) -> None:
    """Run the jobs to their end, with at most so many calls in flight. What a job raises ends all and is raised."""
    waiting, landed, flying = deque(jobs), SimpleQueue[tuple[Steps[object], Answer]](), 0
    ready: list[tuple[Steps[object], Answer]] = []
    while waiting or ready or flying:
        while waiting and flying + len(ready) < at_once:
            ready.append((waiting.popleft(), _nothing))
        calls = defaultdict[LiveKitClient, list[tuple[Operation[Any], Ended]]](list)
        for job, answer in ready:
            with suppress(StopIteration):
                call = _go_on(job, answer)
                calls[call.client].append((call.operation, partial(_land, landed, job)))
                flying += 1
        for client, operations in calls.items():
            client.begin(operations)
        ready = _landed(landed) if flying else []
        flying -= len(ready)


def finish(job: Steps[T]) -> T:
    """Run one job to its end and give what it returns."""
    answer: Answer = _nothing
    while True:
        try:
            call = _go_on(job, answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = partial(call.client.run, call.operation)


def _go_on(job: Steps[object], answer: Answer) -> Call:
    """Resume the job with the result of its call; return its next call. Raise `StopIteration` at its end."""
    try:
        value = answer()
    except BaseException as error:
        return job.throw(error)
    return job.send(value)


def _nothing() -> None:
    """Begin a job."""


def _land(landed: "SimpleQueue[tuple[Steps[object], Answer]]", job: Steps[object], answer: Answer) -> None:
    landed.put((job, answer))


def _landed(landed: "SimpleQueue[tuple[Steps[object], Answer]]") -> list[tuple[Steps[object], Answer]]:
    """Wait for a call to end; return all that ended. Raises TimeoutError when nothing ends any more."""
    try:
        ended = [landed.get(timeout=STUCK)]
    except Empty:
        raise TimeoutError("The thread of the calls to LiveKit stands still.") from None
    with suppress(Empty):
        while True:
            ended.append(landed.get_nowait())
    return ended
