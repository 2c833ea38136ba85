"""What goes on between requests: calls that ring and end, events on their way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Background:
    """The tasks of one sandbox; `stop` ends them all. `report` is told what went wrong in one."""

    def __init__(self, report: Callable[[str], None] = lambda line: None) -> None:
        self.report = report
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it by itself."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def stop(self) -> None:
        """Cancel everything and wait until it is gone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def idle(self) -> bool:
        """Return whether nothing goes on."""
        return not self._tasks

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.report(f"internal fault: {error!r}")
