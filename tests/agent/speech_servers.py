"""Stand-ins for providers of speech, as far as LiveKit's plugins use them. Each is written after its plugin's source.

All hear `HEARD` in any sound and speak `PCM`, 0.1 s at 24 kHz.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

from aiohttp import WSMsgType, web

from tests.live.agent.models import Server
from tests.live.agent.speech import as_wav

HEARD, PCM = "Are you open today?", b"\x00\x10" * 2_400


class SpeechServer(Server):
    """Keeps what it was sent: `keys`, `asked` (queries and forms) and `spoken` (texts)."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.asked: list[dict[str, Any]] = []
        self.spoken: list[str] = []
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"


class Groq(SpeechServer):
    """Its part of OpenAI's API: `livekit.plugins.groq.services` and `.tts`."""

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/openai/v1/audio/transcriptions", self._hear)
        app.router.add_post("/openai/v1/audio/speech", self._speak)

    async def _hear(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers["Authorization"])
        form = await request.post()
        self.asked.append({name: value for name, value in form.items() if name != "file"})
        return web.json_response({"text": HEARD})

    async def _speak(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers["Authorization"])
        self.asked.append(told := await request.json())
        self.spoken.append(told["input"])
        return web.Response(body=as_wav(PCM), content_type="audio/wav")


class Xai(SpeechServer):
    """`livekit.plugins.xai.stt` and `.tts`."""

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/stt", self._hear)
        app.router.add_get("/v1/tts", self._speak)
        self._heard = {"type": "transcript.partial", "text": HEARD, "is_final": True, "speech_final": True}

    async def _hear(self, request: web.Request) -> web.WebSocketResponse:
        self.keys.add(request.headers["Authorization"])
        self.asked.append(dict(request.query))
        await (socket := web.WebSocketResponse()).prepare(request)
        await socket.send_json({"type": "transcript.created"})
        async for message in socket:
            if message.type == WSMsgType.TEXT:  # audio.done
                await socket.send_json({**self._heard, "words": [], "language": "en"})
        return socket

    async def _speak(self, request: web.Request) -> web.WebSocketResponse:
        self.keys.add(request.headers["Authorization"])
        self.asked.append(dict(request.query))
        await (socket := web.WebSocketResponse()).prepare(request)
        words: list[str] = []
        async for message in socket:
            told = json.loads(message.data)
            words.append(told.get("delta", ""))
            if told["type"] == "text.done":
                self.spoken.append("".join(words))
                await socket.send_json({"type": "audio.delta", "delta": base64.b64encode(PCM).decode()})
                await socket.send_json({"type": "audio.done"})
        return socket


class Azure(SpeechServer):
    """The protocol of the Speech SDK as it appears on the wire, and `livekit.plugins.azure.tts`."""

    def heard(self, sound: bytes) -> str:
        """Return what was said before this sound, if anything; the sound is empty at the end of the stream."""
        return "" if sound else HEARD

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/speech/recognition/conversation/cognitiveservices/v1", self._hear)
        app.router.add_post("/cognitiveservices/v1", self._speak)

    async def _hear(self, request: web.Request) -> web.WebSocketResponse:
        self.keys.add(request.headers["Ocp-Apim-Subscription-Key"])
        self.asked.append(dict(request.query))
        await (socket := web.WebSocketResponse(protocols=["USP"])).prepare(request)
        began, came = False, 0  # came: in units of 100 ns
        async for message in socket:
            if message.type != WSMsgType.BINARY:
                continue
            size = int.from_bytes(message.data[:2], "big")
            head, sound = message.data[2 : 2 + size].decode(), message.data[2 + size :]
            headers = dict(line.split(":", 1) for line in head.strip().splitlines())
            if not began:
                began = True
                await _tell(socket, headers, "turn.start", {"context": {"serviceTag": "t"}})
                await _tell(socket, headers, "speech.startDetected", {"Offset": 0})
                continue  # the first message has the header of a WAV file alone
            came += len(sound) * 10_000_000 // 32_000
            if text := self.heard(sound):
                # What was heard before it ends is sent again in another turn.
                phrase = {"RecognitionStatus": "Success", "DisplayText": text, "Offset": 0, "Duration": came}
                await _tell(socket, headers, "speech.phrase", phrase)
            if not sound:
                await _tell(socket, headers, "speech.endDetected", {"Offset": came})
                await _tell(socket, headers, "turn.end", {})
        return socket

    async def _speak(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers["Ocp-Apim-Subscription-Key"])
        voice = ElementTree.fromstring(await request.text())[0]  # a 400 of Azure's where it cannot be parsed
        self.asked.append({"format": request.headers["X-Microsoft-OutputFormat"], "voice": voice.get("name")})
        self.spoken.append(voice.text or "")
        return web.Response(body=PCM, content_type="audio/basic")


async def _tell(socket: web.WebSocketResponse, headers: dict[str, str], path: str, body: dict[str, Any]) -> None:
    head = {"X-RequestId": headers["X-RequestId"], "Content-Type": "application/json; charset=utf-8", "Path": path}
    await socket.send_str("".join(f"{name}:{value}\r\n" for name, value in head.items()) + "\r\n" + json.dumps(body))


@contextmanager
def serving(server: SpeechServer) -> Iterator[SpeechServer]:
    """Close a stand-in afterwards."""
    try:
        yield server
    finally:
        server.close()
