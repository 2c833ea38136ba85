"""A workspace's own bot behind a WebSocket that uses the Media Streams message format.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages. Mu-law at 8 kHz in base64. We send
connected, start, media, dtmf, mark and stop, the bot sends media, mark and clear. It hangs up by closing the socket.
Voxa's own event `notice` announces that the call ends soon.
"""

import base64
import json
import time
import uuid
from functools import partial
from typing import Any

from livekit import rtc

from agents.variables import text_of
from agents.worker.conversation import Conversation
from agents.worker.instructions import Instructions
from agents.worker.providers import mulaw
from agents.worker.providers.sockets import SocketVoice

RATE = 8_000


class MediaStreamsVoice(SocketVoice):
    """A custom bot. It hears and speaks; there is no transcript."""

    name = "The endpoint"

    def __init__(self, told: Instructions, room: rtc.Room, conversation: Conversation) -> None:
        super().__init__(told, room, conversation)
        self._room = room
        self._stream = f"MZ{uuid.uuid4().hex}"
        self._numbers = 0

    async def start(self, phone: str) -> None:
        provider = self._told.provider
        await self._connect(provider.endpoint, {"Authorization": f"Bearer {provider.key}"} if provider.key else None)
        await self._bridge.start(phone)

    async def greet(self) -> None:
        self._conversation.owes_answer_since = None  # a bot may wait for the other side's first word
        await self._send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        await self._tell("start", start=self._start())
        self._room.on("sip_dtmf_received", self._on_digit)
        self._work.begin(self._listen())
        self._work.begin(self._obey())

    async def ends_soon(self, seconds: int, reason: str) -> None:
        await self._tell("notice", notice={"endsInSeconds": seconds, "reason": reason})

    async def stop(self) -> None:
        self._room.off("sip_dtmf_received", self._on_digit)
        await self._tell("stop", stop={"accountSid": "", "callSid": self._told.call_id})
        await super().stop()

    def _start(self) -> dict[str, Any]:
        told = self._told
        own = {name: str(value) for name, value in told.metadata.items() if isinstance(value, str | int | float)}
        own |= {name: text_of(value) for name, value in told.variables.items()}
        agent = {
            "system_prompt": told.prompt,
            "greeting": told.greeting,
            "language": told.language,
            "voice": told.voice,
        }
        return {
            "streamSid": self._stream,
            "accountSid": "",
            "callSid": told.call_id,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
            "customParameters": {
                **own,
                **{name: text for name, text in agent.items() if text},
                "direction": told.direction,
                "from": told.from_,
                "to": told.to,
            },
        }

    async def _listen(self) -> None:
        """Send the phone's audio."""
        began, chunk = time.monotonic(), 0
        async for pcm in self._bridge.heard(RATE):
            chunk += 1
            payload = base64.b64encode(mulaw.encode(pcm)).decode()
            stamp = str(round((time.monotonic() - began) * 1000))
            media = {"track": "inbound", "chunk": str(chunk), "timestamp": stamp, "payload": payload}
            await self._tell("media", media=media)

    async def _take(self, text: str) -> None:
        """Handle one message; unknown ones are ignored, as other implementations of the format do."""
        try:
            message = json.loads(text)
            match message["event"]:
                case "media":
                    self._play(mulaw.decode(base64.b64decode(message["media"]["payload"])), RATE)
                case "mark":
                    self._bridge.when_played(partial(self._marked, str(message["mark"]["name"])))
                case "clear":
                    self._bridge.clear()
        except (ValueError, KeyError, TypeError):
            return

    def _marked(self, name: str) -> None:
        self._work.begin(self._tell("mark", mark={"name": name}))

    def _on_digit(self, digit: rtc.SipDTMF) -> None:
        self._work.begin(self._tell("dtmf", dtmf={"track": "inbound_track", "digit": digit.digit}))

    async def _tell(self, event: str, **more: Any) -> None:
        self._numbers += 1
        numbered = {"sequenceNumber": str(self._numbers), "streamSid": self._stream}
        await self._send({"event": event, **numbered, **more})
