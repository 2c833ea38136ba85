"""`manage.py dispatch_calls`: run a dispatcher until it is stopped."""

import asyncio
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from calls.dialer.dispatcher import Dispatcher


class Command(BaseCommand):
    help = "Dials queued calls when they are due. Run one or more, on one or more machines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--concurrency",
            type=int,
            default=500,
            help="maximum number of calls dialed concurrently (default %(default)s)",
        )

    def handle(self, *, concurrency: int, **options: Any) -> None:
        # A thread that PostgreSQL answered waits at most so long for the one that runs: by default 5 ms a statement.
        sys.setswitchinterval(0.001)
        asyncio.run(self._run(concurrency))

    async def _run(self, concurrency: int) -> None:
        dispatcher = Dispatcher(concurrency)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, dispatcher.stop)
        self.stdout.write("Dispatching calls. Press Ctrl-C to finish the calls being dialed and stop.")
        await dispatcher.run()
