"""A voice behind a WebSocket that exchanges audio as bytes."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import aiohttp
from livekit import rtc

from agents.worker.answerer import Answerer
from agents.worker.conversation import Conversation
from agents.worker.guard import Guard
from agents.worker.instructions import Instructions
from agents.worker.providers.base import PATIENCE, ProviderFailed, Work
from agents.worker.providers.bridge import Bridge
from agents.worker.redaction import hidden

LARGEST = 16 * 1024 * 1024  # bytes of one message
LAST_WORDS = 10.0  # seconds in which audio sent before the close is still played
GOODBYES = (1000, 1001, 1005)  # close codes of an intentional end
MESSAGES = (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY)  # of which only text is used here
BROKEN = (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError)


class SocketVoice(ABC):
    """Hears and speaks over a WebSocket; the other side hangs up by closing it. `name` is for messages to people."""

    name: str

    def __init__(self, told: Instructions, room: rtc.Room, conversation: Conversation) -> None:
        self._told, self._conversation = told, conversation
        self._bridge = Bridge(room, conversation)
        self._http = Guard(told.provider).websockets()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._work = Work(conversation)
        self._held = self._quiet = False

    async def who_answered(self) -> Answerer:
        """Return `UNKNOWN`: the other side alone knows what it heard."""
        return Answerer.UNKNOWN

    async def say(self, text: str) -> bool:
        """Return False: the other side alone decides what it says."""
        return False

    async def whisper(self, text: str) -> bool:
        """Return False: the other side takes sound alone."""
        return False

    def read(self, text: str) -> bool:
        """Return False: the other side takes sound alone."""
        return False

    async def hold(self) -> None:
        self._held = True
        self._bridge.clear()

    def hear(self, *, on: bool) -> None:
        self._bridge.hears = on

    def quiet(self, *, on: bool) -> None:
        self._quiet = on
        if on:
            self._bridge.clear()

    async def stop(self) -> None:
        self._work.stop()
        if self._socket is not None:
            await self._socket.close()
        await self._bridge.stop()
        await self._http.close()

    @abstractmethod
    async def _take(self, text: str) -> None:
        """Handle one message."""

    def _play(self, pcm: bytes, rate: int) -> None:
        if not (self._held or self._quiet):
            self._bridge.play(pcm, rate)

    async def _connect(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        """Open the WebSocket. Raise `ProviderFailed` on failure."""
        try:
            async with asyncio.timeout(PATIENCE):
                self._socket = await self._http.ws_connect(url, headers=headers, max_msg_size=LARGEST, heartbeat=15)
        except BROKEN as error:
            raise self._unreached(error) from None

    def _unreached(self, error: Exception) -> ProviderFailed:
        status = getattr(error, "status", None)
        said = f"status {status}" if status else type(error).__name__
        return ProviderFailed(f"{self.name} cannot be reached ({said}).")

    async def _obey(self) -> None:
        """Handle messages until the other side closes the WebSocket and its audio was heard."""
        assert self._socket is not None  # noqa: S101  # greet comes after start
        while (message := await self._socket.receive()).type in MESSAGES:
            if message.type == aiohttp.WSMsgType.TEXT:
                await self._take(message.data)
        if self._held:
            return  # the holder speaks by other means, and ends the conversation
        code = self._socket.close_code
        if code in GOODBYES:
            await self._bridge.played(LAST_WORDS)
            self._conversation.end("agent_hung_up", f"{self.name} ended the conversation.")
            return
        why = hidden(f"{code} {message.extra or ''}".strip(), self._told.provider.key)
        self._conversation.end("provider_failed", f"{self.name} broke the connection ({why}).")

    async def _send(self, message: Mapping[str, Any]) -> None:
        if self._socket is not None and not self._socket.closed:
            try:
                await self._socket.send_json(message)
            except (ConnectionError, RuntimeError):
                return  # reading detects the failure
