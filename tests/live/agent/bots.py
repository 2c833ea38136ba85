"""An ElevenLabs agent, and a bot that speaks the Media Streams format: both greet, hear and answer."""

import asyncio
import base64
import json
from typing import Any

from aiohttp import web

from agents.worker.providers import mulaw
from tests.live.agent.models import Server
from tests.live.agent.speech import LOUD, RATE, loudness, speech

QUIET = 0.5  # seconds after which a turn is over


class Ear:
    """Tells when somebody begins and ends a turn, from audio as it comes."""

    def __init__(self, rate: int) -> None:
        self._rate, self._loud, self._quiet = rate, 0.0, 0.0
        self.heard_seconds = 0.0

    @property
    def hears(self) -> bool:
        """Return whether somebody speaks."""
        return self._loud > 0.2

    def turn_over(self, pcm: bytes) -> bool:
        seconds = len(pcm) / 2 / self._rate
        if loudness(pcm) > LOUD:
            self._loud, self._quiet = self._loud + seconds, 0.0
            self.heard_seconds += seconds
        else:
            self._quiet += seconds
        over = self.hears and self._quiet > QUIET
        if over:
            self._loud = 0.0
        return over


def at_rate(pcm: bytes, rate: int) -> bytes:
    """Return PCM of `RATE` at a rate that divides it."""
    step = RATE // rate
    return b"".join(pcm[at : at + 2] for at in range(0, len(pcm), 2 * step))


class ElevenLabs(Server):
    """Knows one agent, `agent-7`; its sockets are signed. `turns` are what it recognizes, with what it answers then.

    It calls `uses` before it answers first. A long answer may be interrupted. With the last one it hangs up if it
    `hangs_up`.
    """

    key = "xi-key-of-the-tests"

    def __init__(self) -> None:
        self.turns = [("Are you open today?", "We are open until eleven.")]
        self.uses: dict[str, Any] = {}
        self.results: list[dict[str, Any]] = []
        self.hangs_up = False
        self.began: list[dict[str, Any]] = []
        self.pongs: list[int] = []
        self.said: list[str] = []  # by speech synthesis
        self.ear = Ear(16_000)
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/convai/conversation/get-signed-url", self._sign)
        app.router.add_get("/v1/convai/conversation", self._talk)
        app.router.add_get("/v1/convai/agents/agent-7", self._describe)
        app.router.add_post("/v1/text-to-speech/voice-3", self._synthesise)

    def _let_in(self, request: web.Request) -> None:
        if request.headers.get("xi-api-key") != self.key:
            raise web.HTTPUnauthorized

    async def _sign(self, request: web.Request) -> web.Response:
        self._let_in(request)
        signed = f"ws://127.0.0.1:{self.port}/v1/convai/conversation?agent_id=agent-7&conversation_signature=s"
        return web.json_response({"signed_url": signed})

    async def _describe(self, request: web.Request) -> web.Response:
        self._let_in(request)
        return web.json_response({"conversation_config": {"tts": {"voice_id": "voice-3"}}})

    async def _synthesise(self, request: web.Request) -> web.Response:
        self._let_in(request)
        self.said.append((await request.json())["text"])
        assert request.query["output_format"] == f"pcm_{RATE}"
        return web.Response(body=await asyncio.to_thread(speech, self.said[-1]))

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.query["conversation_signature"] == "s"
        await _ElevenConversation(self, socket).run()
        return socket


class _ElevenConversation:
    def __init__(self, server: ElevenLabs, socket: web.WebSocketResponse) -> None:
        self._server, self._socket, self._event, self._long = server, socket, 0, False

    async def run(self) -> None:
        async for message in self._socket:
            sent = json.loads(message.data)
            match sent.get("type"):
                case "conversation_initiation_client_data":
                    await self._begin(sent)
                case "pong":
                    self._server.pongs.append(sent["event_id"])
                case "client_tool_result":
                    self._server.results.append(sent)
                    await self._answer()
                case None:
                    await self._hear(base64.b64decode(sent["user_audio_chunk"]))

    async def _begin(self, sent: dict[str, Any]) -> None:
        self._server.began.append(sent)
        formats = {"agent_output_audio_format": "pcm_16000", "user_input_audio_format": "pcm_16000"}
        await self._tell("conversation_initiation_metadata", "_event", conversation_id="conv-1", **formats)
        await self._tell("ping", "_event", event_id=41, ping_ms=10)
        agent = sent.get("conversation_config_override", {}).get("agent", {})
        await self._speak(agent.get("first_message", "Hello, this is eleven."))

    async def _hear(self, pcm: bytes) -> None:
        server = self._server
        over = server.ear.turn_over(pcm)
        if server.ear.hears and self._long:
            self._long = False
            await self._tell("interruption", "_event", event_id=self._event)
            told = {"original_agent_response": "", "corrected_agent_response": "Let me"}
            await self._tell("agent_response_correction", "_event", **told)
        if not over or not server.turns:
            return
        await self._tell("user_transcript", "", "user_transcription_event", user_transcript=server.turns[0][0])
        if server.uses:
            await self._tell("client_tool_call", "", tool_call_id="tool-1", **server.uses)
            server.uses = {}
        else:
            await self._answer()

    async def _answer(self) -> None:
        await self._speak(self._server.turns.pop(0)[1])
        if self._server.hangs_up and not self._server.turns:
            await self._socket.close()

    async def _speak(self, text: str) -> None:
        await self._tell("agent_response", "_event", agent_response=text)
        pcm = at_rate(await asyncio.to_thread(speech, text), 16_000)
        self._long = len(text) > 200
        for start in range(0, len(pcm), 16_000):
            self._event += 1
            audio = base64.b64encode(pcm[start : start + 16_000]).decode()
            await self._tell("audio", "_event", audio_base_64=audio, event_id=self._event)

    async def _tell(self, kind: str, suffix: str, inner: str = "", **body: Any) -> None:
        await self._socket.send_json({"type": kind, inner or kind + suffix: body})


class StreamBot(Server):
    """Greets at once. A key has it tell a long story, a turn has it stop that and say goodbye; heard, it hangs up."""

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
                    await socket.send_json({"event": "clear", "streamSid": stream})
                    await self._speak(socket, stream, "Goodbye from the bot.", "goodbye")
                continue
            self.got.append(sent)
            if sent["event"] == "start":
                stream = sent["start"]["streamSid"]
                greeting = sent["start"]["customParameters"].get("greeting", "Hello from the bot.")
                await self._speak(socket, stream, greeting, "greeting")
            if sent["event"] == "dtmf":
                await self._speak(socket, stream, "This is a very long story. " * 20, "story")
            if sent["event"] == "mark" and sent["mark"]["name"] == "goodbye":
                await socket.close()
        return socket

    async def _speak(self, socket: web.WebSocketResponse, stream: str, text: str, mark: str) -> None:
        pcm = at_rate(await asyncio.to_thread(speech, text), 8_000)
        for start in range(0, len(pcm), 3_200):
            payload = base64.b64encode(mulaw.encode(pcm[start : start + 3_200])).decode()
            await socket.send_json({"event": "media", "streamSid": stream, "media": {"payload": payload}})
        await socket.send_json({"event": "mark", "streamSid": stream, "mark": {"name": mark}})
