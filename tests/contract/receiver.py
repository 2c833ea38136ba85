"""A program that LiveKit's events are told to."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from livekit import api
from livekit.protocol.webhook import WebhookEvent

from tests.live.process import free_port, wait_until
from tests.live.servers import LiveKitEndpoint


class Receiver:
    """Keeps what it is told; `answers` are the next statuses by room, then 200."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/livekit/webhook"
        self.told: list[tuple[str, str, str]] = []  # content type, token, body
        self.answers: dict[str, list[int]] = {}

    def events(self, room: str) -> list[WebhookEvent]:
        """Verify everything told, and give the events of a room, in the order they came in."""
        verifier = api.TokenVerifier(LiveKitEndpoint.key, LiveKitEndpoint.secret)
        receiver = api.WebhookReceiver(verifier)
        events = [receiver.receive(body, token) for _, token, body in list(self.told)]
        return [event for event in events if event.room.name == room]

    def wait_for(self, room: str, last: str, seconds: float = 20) -> list[WebhookEvent]:
        """Wait for an event of a room, and give all so far."""
        wait_until(lambda: last in [event.event for event in self.events(room)], f"{last} of {room}", seconds)
        return self.events(room)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.told.append((request.headers["Content-Type"], request.headers["Authorization"], body))
        answers = self.answers.get(json.loads(body).get("room", {}).get("name", ""))  # rooms of before still end
        return web.Response(status=answers.pop(0) if answers else 200)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver in a thread."""
    receiver, loop, started = Receiver(), asyncio.new_event_loop(), threading.Event()
    stopping = asyncio.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/livekit/webhook", receiver.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", receiver.port).start()
        started.set()
        await stopping.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert started.wait(10), "the receiver did not start"
    yield receiver
    loop.call_soon_threadsafe(stopping.set)
    thread.join(10)
    loop.close()
