"""Jobs of a sync, side by side on the loop of the LiveKit client. They use the database in the thread that waits."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from telephony.livekit.loop import complete

Job = Callable[[], Awaitable[None]]


def run_side_by_side(jobs: Iterable[Job], at_once: int) -> None:
    """Run jobs to their end, at most so many at a time. What one raises cancels the others and is raised."""
    if waiting := list(jobs):
        complete(_run(waiting, at_once))


async def _run(jobs: Iterable[Job], at_once: int) -> None:
    free = asyncio.Semaphore(at_once)

    async def run(job: Job) -> None:
        async with free:
            await job()

    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(run(job))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
