"""An ElevenLabs agent, and a bot that speaks the Media Streams format: both greet, hear and answer."""

import asyncio
import base64
import json
from typing import Any

from aiohttp import web

from calls.agent.providers import mulaw
from tests.live.agent.models import Server
from tests.live.agent.speech import LOUD, RATE, loudness, speech

QUIET = 0.5  # seconds after which a turn is over


class Ear:
    """Tells when a turn is over, from audio as it comes."""

    def __init__(self, rate: int) -> None:
        self._rate, self._loud, self._quiet = rate, 0.0, 0.0
        self.heard_seconds = 0.0

    def turn_over(self, pcm: bytes) -> bool:
        seconds = len(pcm) / 2 / self._rate
        if loudness(pcm) > LOUD:
            self._loud, self._quiet = self._loud + seconds, 0.0
            self.heard_seconds += seconds
        else:
            self._quiet += seconds
        over = self._loud > 0.2 and self._quiet > QUIET
        if over:
            self._loud = 0.0
        return over


def at_rate(pcm: bytes, rate: int) -> bytes:
    """Give PCM of `RATE` at a rate that divides it."""
    step = RATE // rate
    return b"".join(pcm[at : at + 2] for at in range(0, len(pcm), 2 * step))


class ElevenLabs(Server):
    """Knows one agent, `agent-7`; its sockets are signed."""

    key = "xi-key-of-the-tests"

    def __init__(self) -> None:
        self.began: list[dict[str, Any]] = []
        self.pongs: list[int] = []
        self.ear = Ear(16_000)
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/convai/conversation/get-signed-url", self._sign)
        app.router.add_get("/v1/convai/conversation", self._talk)

    async def _sign(self, request: web.Request) -> web.Response:
        if request.headers.get("xi-api-key") != self.key or request.query.get("agent_id") != "agent-7":
            return web.json_response({"detail": "unauthorized"}, status=401)
        signed = f"ws://127.0.0.1:{self.port}/v1/convai/conversation?agent_id=agent-7&conversation_signature=s"
        return web.json_response({"signed_url": signed})

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.query["conversation_signature"] == "s"
        event = 0
        async for message in socket:
            sent = json.loads(message.data)
            if sent.get("type") == "conversation_initiation_client_data":
                self.began.append(sent)
                formats = {"agent_output_audio_format": "pcm_16000", "user_input_audio_format": "pcm_16000"}
                kind = "conversation_initiation_metadata"
                await socket.send_json({"type": kind, f"{kind}_event": {"conversation_id": "conv-1", **formats}})
                await socket.send_json({"type": "ping", "ping_event": {"event_id": 41, "ping_ms": 10}})
                event = await self._speak(socket, "Hello, this is eleven.", event)
            elif sent.get("type") == "pong":
                self.pongs.append(sent["event_id"])
            elif "user_audio_chunk" in sent and self.ear.turn_over(base64.b64decode(sent["user_audio_chunk"])):
                heard = {"user_transcript": "Are you open today?"}
                await socket.send_json({"type": "user_transcript", "user_transcription_event": heard})
                event = await self._speak(socket, "We are open until eleven.", event)
        return socket

    async def _speak(self, socket: web.WebSocketResponse, text: str, event: int) -> int:
        await socket.send_json({"type": "agent_response", "agent_response_event": {"agent_response": text}})
        pcm = at_rate(await asyncio.to_thread(speech, text), 16_000)
        for start in range(0, len(pcm), 16_000):
            event += 1
            audio = {"audio_base_64": base64.b64encode(pcm[start : start + 16_000]).decode(), "event_id": event}
            await socket.send_json({"type": "audio", "audio_event": audio})
        return event


class StreamBot(Server):
    """Greets at once, answers each turn, and closes the socket when its second answer was heard."""

    key = "bot-key-of-the-tests"

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []  # all but media
        self.keys: set[str] = set()
        self.ear = Ear(8_000)
        super().__init__()
        self.url = f"ws://127.0.0.1:{self.port}/voice"

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/voice", self._talk)

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        stream = ""
        async for message in socket:
            sent = json.loads(message.data)
            if sent["event"] == "media":
                if self.ear.turn_over(mulaw.decode(base64.b64decode(sent["media"]["payload"]))):
                    await self._speak(socket, stream, "Goodbye from the bot.", "goodbye")
                continue
            self.got.append(sent)
            if sent["event"] == "start":
                stream = sent["start"]["streamSid"]
                await self._speak(socket, stream, "Hello from the bot.", "greeting")
            if sent["event"] == "mark" and sent["mark"]["name"] == "goodbye":
                await socket.close()
        return socket

    async def _speak(self, socket: web.WebSocketResponse, stream: str, text: str, mark: str) -> None:
        pcm = at_rate(await asyncio.to_thread(speech, text), 8_000)
        for start in range(0, len(pcm), 3_200):
            payload = base64.b64encode(mulaw.encode(pcm[start : start + 3_200])).decode()
            await socket.send_json({"event": "media", "streamSid": stream, "media": {"payload": payload}})
        await socket.send_json({"event": "mark", "streamSid": stream, "mark": {"name": mark}})
