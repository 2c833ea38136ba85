"""A dispatcher that runs in a thread for the length of a `with` block."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from calls.dialer.dispatcher import Dispatcher


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
