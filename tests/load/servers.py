"""What the benchmark runs against: the real servers where they are installed, the embedded ones otherwise."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.live.postgres import PostgresServer
from tests.live.process import Missing
from tests.live.servers import LiveKitEndpoint, LiveKitServer, RedisServer
from tests.load.report import say


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Return a database's URL: `DATABASE_URL`, a PostgreSQL of our own, or SQLite."""
    if url := os.environ.get("DATABASE_URL"):
        say("database: the one of DATABASE_URL")
        yield url
        return
    try:
        server = PostgresServer(settings=())
    except Missing as missing:
        say(f"database: SQLite ({missing})")
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    server.start()
    say("database: PostgreSQL, its default durability")
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def livekit(folder: Path) -> Iterator[LiveKitEndpoint]:
    """Return the real LiveKit server on its own Redis, or the sandbox."""
    with ExitStack() as running:
        try:
            bus = RedisServer(folder)
            server = LiveKitServer(folder, bus)
        except Missing as missing:
            from tests.sandbox import SandboxServer

            say(f"LiveKit: the sandbox ({missing})")
            sandbox = SandboxServer()
            running.callback(sandbox.stop)
            sandbox.start()
            yield sandbox
            return
        for part in (bus, server):
            running.callback(part.stop)
            part.start()
        say("LiveKit: the real server")
        yield server
