"""Background tasks between requests: calls that ring and end, events being delivered."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Background:
    """The tasks of one sandbox; `stop` ends them all. `report` gets the error of a failed one."""

    def __init__(self, report: Callable[[str], None] = lambda line: None) -> None:
        self.report = report
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it in the background."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def stop(self) -> None:
        """Cancel all tasks and wait for them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def idle(self) -> bool:
        """Return whether no task is running."""
        return not self._tasks

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.report(f"internal fault: {error!r}")
