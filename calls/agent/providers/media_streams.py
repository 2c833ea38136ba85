"""A workspace's own bot behind a WebSocket that speaks the Media Streams message format.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages. Mu-law at 8 kHz in base64. We send
connected, start, media, dtmf, mark and stop, the bot sends media, mark and clear. It hangs up by closing the socket.
"""

import asyncio
import base64
import json
import time
import uuid
from functools import partial
from typing import Any

import aiohttp
from livekit import rtc

from calls.agent.conversation import Conversation
from calls.agent.guard import Guard
from calls.agent.instructions import Instructions
from calls.agent.providers import mulaw
from calls.agent.providers.base import PATIENCE, ProviderFailed, Work
from calls.agent.providers.bridge import Bridge

RATE = 8_000
LARGEST = 4 * 1024 * 1024  # bytes of one message


class MediaStreamsVoice:
    """A bot of the workspace's own. It hears and speaks; of its words we know nothing."""

    can_say = False

    def __init__(self, told: Instructions, room: rtc.Room, conversation: Conversation) -> None:
        self._told, self._room, self._conversation = told, room, conversation
        self._bridge = Bridge(room, conversation)
        self._http = Guard(told.provider).websockets()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._stream = f"MZ{uuid.uuid4().hex}"
        self._numbers = 0
        self._work = Work(conversation)

    async def start(self, phone: str) -> None:
        headers = {"Authorization": f"Bearer {self._told.provider.key}"} if self._told.provider.key else {}
        try:
            async with asyncio.timeout(PATIENCE):
                self._socket = await self._http.ws_connect(
                    self._told.provider.endpoint, headers=headers, max_msg_size=LARGEST, heartbeat=15
                )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise ProviderFailed(f"The endpoint cannot be reached ({type(error).__name__}).") from None
        await self._bridge.start(phone)

    async def greet(self) -> None:
        self._conversation.owes_answer_since = None  # a bot may wait for the other side's first word
        await self._send("connected", protocol="Call", version="1.0.0", numbered=False)
        await self._send("start", start=self._start())
        self._room.on("sip_dtmf_received", self._on_digit)
        self._work.begin(self._listen())
        self._work.begin(self._obey())

    async def say(self, text: str) -> None:
        """A bot decides itself what it says."""

    async def hold(self) -> None:
        self._bridge.clear()

    async def stop(self) -> None:
        self._room.off("sip_dtmf_received", self._on_digit)
        self._work.stop()
        if self._socket is not None and not self._socket.closed:
            await self._send("stop", stop={"accountSid": "", "callSid": self._told.call_id})
            await self._socket.close()
        await self._bridge.stop()
        await self._http.close()

    def _start(self) -> dict[str, Any]:
        told = self._told
        own = {name: str(value) for name, value in told.metadata.items() if isinstance(value, str | int | float)}
        return {
            "streamSid": self._stream,
            "accountSid": "",
            "callSid": told.call_id,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
            "customParameters": {**own, "direction": told.direction, "from": told.from_, "to": told.to},
        }

    async def _listen(self) -> None:
        """Send what the phone says."""
        began, chunk = time.monotonic(), 0
        async for pcm in self._bridge.heard(RATE):
            chunk += 1
            payload = base64.b64encode(mulaw.encode(pcm)).decode()
            stamp = str(round((time.monotonic() - began) * 1000))
            await self._send(
                "media", media={"track": "inbound", "chunk": str(chunk), "timestamp": stamp, "payload": payload}
            )

    async def _obey(self) -> None:
        """Do what the bot sends, until it closes the socket."""
        assert self._socket is not None  # noqa: S101  # greet comes after start
        async for message in self._socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                self._take(message.data)
        code = self._socket.close_code
        if code in (1000, 1001, 1005):
            self._conversation.end("agent_hung_up", "The endpoint closed its socket.")
        else:
            self._conversation.end("provider_failed", f"The endpoint's socket broke ({code}).")

    def _take(self, text: str) -> None:
        """Do one thing; what is not understood is passed over, as the format's other speakers do."""
        try:
            message = json.loads(text)
            match message["event"]:
                case "media":
                    self._bridge.play(mulaw.decode(base64.b64decode(message["media"]["payload"])), RATE)
                case "mark":
                    self._bridge.when_played(partial(self._marked, str(message["mark"]["name"])))
                case "clear":
                    self._bridge.clear()
        except (ValueError, KeyError, TypeError):
            return

    def _marked(self, name: str) -> None:
        self._work.begin(self._send("mark", mark={"name": name}))

    def _on_digit(self, digit: rtc.SipDTMF) -> None:
        dtmf = {"track": "inbound_track", "digit": digit.digit}
        self._work.begin(self._send("dtmf", dtmf=dtmf))

    async def _send(self, event: str, *, numbered: bool = True, **more: Any) -> None:
        if self._socket is None or self._socket.closed:
            return
        if numbered:
            self._numbers += 1
            more |= {"sequenceNumber": str(self._numbers), "streamSid": self._stream}
        try:
            await self._socket.send_json({"event": event, **more})
        except (ConnectionError, RuntimeError):
            return  # reading it tells that it broke
