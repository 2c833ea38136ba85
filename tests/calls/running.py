"""A dispatcher that runs in a thread for the length of a `with` block, or its coroutines in the test itself."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import pytest
from django.db import connections

from calls.dialer.dispatcher import Dispatcher
from telephony.livekit.loop import complete, in_caller

T = TypeVar("T")


@contextmanager
def running_dispatcher() -> Iterator[Dispatcher]:
    """Run a dispatcher, and wait for its end, which is that of what it carries."""
    dispatcher, loop = Dispatcher(), asyncio.new_event_loop()

    def run() -> None:
        try:
            loop.run_until_complete(dispatcher.run())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            connections.close_all()
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield dispatcher
    finally:
        loop.call_soon_threadsafe(dispatcher.stop)
        thread.join(60)


def here(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine of the dispatcher with its database work in this thread, so in the test's own transaction."""

    async def in_this_thread(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return await in_caller(partial(function, *args, **kwargs))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "to_thread", in_this_thread)
        patch.setattr("calls.dialer.threads.close_old_connections", lambda: None)
        return complete(work)
