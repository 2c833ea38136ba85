"""The sandbox as a server of the tests: in a thread, on a free port, stopped and started at will."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from telephony.sandbox.app import Sandbox
from telephony.sandbox.state import State
from tests.live.process import free_port
from tests.live.servers import LiveKitEndpoint


class SandboxServer(LiveKitEndpoint):
    """Runs from `start` to `stop`, keeping its port; `lines` is what its console said."""

    def __init__(
        self, path: Path | None = None, *, webhook: str = "", ring: float = 0.05, silence: float = 32, api: str = ""
    ) -> None:
        self.port = free_port()
        self.url, self.http_url = f"ws://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self._path, self._webhook, self._ring, self._silence, self._api = path, webhook, ring, silence, api
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start it with what its file holds, or with nothing."""
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        assert started.wait(10), "the sandbox did not start"

    def stop(self) -> None:
        """Stop it; no-op if it does not run."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(10)
            self._thread = None

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        state = State(self._path, ring=self._ring, silence=self._silence)
        app = Sandbox(state, {self.key: self.secret}, self.lines.append, webhook=self._webhook, api=self._api).app()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        started.set()
        await self._stopping.wait()
        await runner.cleanup()
        state.close()


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """An empty sandbox, running."""
    server = SandboxServer()
    server.start()
    yield server
    server.stop()
