"""What comes over a provider's socket, and what its end means."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from agents.worker.conversation import Conversation
from agents.worker.providers.bridge import Bridge
from agents.worker.providers.sockets import SocketVoice
from tests.agent.conftest import told


class Listener(SocketVoice):
    """Notes what it is sent."""

    name = "The bot"

    def __init__(self, conversation: Conversation) -> None:
        room: Any = None
        super().__init__(told(provider={"guard": {"trusted": [], "networks": ["127.0.0.0/8"]}}), room, conversation)
        self.heard: list[str] = []

    async def listen(self, url: str) -> None:
        await self._connect(url)
        await self._obey()

    async def _take(self, text: str) -> None:
        self.heard.append(text)


@pytest.fixture
async def listener(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listener]:
    async def at_once(self: Bridge, seconds: float) -> None:
        """Nothing plays here."""

    monkeypatch.setattr(Bridge, "played", at_once)
    voice = Listener(conversation)
    yield voice
    await voice.stop()


async def _serve(code: int) -> tuple[web.AppRunner, str]:
    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("one")
        await socket.send_bytes(b"\x00\x01")
        await socket.send_str("two")
        await socket.close(code=code, message=b"sk-secret is spent")
        return socket

    app = web.Application()
    app.router.add_get("/", talk)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"ws://127.0.0.1:{runner.addresses[0][1]}/"


@pytest.mark.parametrize(("code", "reason"), [(1000, "agent_hung_up"), (1011, "provider_failed")])
async def test_binary_messages_are_passed_over_and_the_end_is_told(
    listener: Listener, conversation: Conversation, code: int, reason: str
) -> None:
    runner, url = await _serve(code)
    await asyncio.wait_for(listener.listen(url), 10)
    await runner.cleanup()
    assert listener.heard == ["one", "two"]
    ending = await conversation.ended()
    assert ending.reason == reason
    assert "sk-secret" not in ending.detail


async def test_a_voice_that_is_held_ends_nothing(listener: Listener, conversation: Conversation) -> None:
    """An agent that hangs up on a voicemail does not cut the message that is left there."""
    runner, url = await _serve(1000)
    await listener.hold()
    await asyncio.wait_for(listener.listen(url), 10)
    await runner.cleanup()
    assert not conversation.over
