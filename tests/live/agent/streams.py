"""Deepgram's streaming recognition and Cartesia's streaming synthesis, as far as LiveKit's plugins use them.

Their wire forms are read in `livekit.plugins.deepgram.stt` and `livekit.plugins.cartesia.tts`.
"""

import asyncio
import base64
import json
from typing import Any

from aiohttp import WSMsgType, web

from tests.live.agent.models import Server
from tests.live.agent.speech import LOUD, loudness, speech

QUIET = 0.3  # seconds after which an utterance is over


class Streams(Server):
    """`hears` are the texts recognized, one an utterance."""

    key = "k-streams-of-the-tests"

    def __init__(self) -> None:
        self.quiet = QUIET
        self.hears: list[str] = []
        self.spoken: list[str] = []
        self.asked: list[dict[str, str]] = []  # the queries of recognitions
        self.voices: set[str] = set()
        self.keys: set[str] = set()
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def next_text(self) -> str:
        """Return what is recognized in the next utterance."""
        return self.hears.pop(0) if self.hears else ""

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/listen", self._listen)
        app.router.add_get("/tts/websocket", self._speak)

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        self.keys.add(request.headers.get("Authorization", ""))
        self.asked.append(dict(request.query))
        await (socket := web.WebSocketResponse()).prepare(request)
        speaking, quiet, rate = False, 0.0, int(request.query["sample_rate"])
        async for message in socket:
            if message.type == WSMsgType.BINARY:
                if loudness(message.data) > LOUD:
                    if not speaking:
                        await socket.send_json({"type": "SpeechStarted"})
                    speaking, quiet = True, 0.0
                else:
                    quiet += len(message.data) / 2 / rate
                if speaking and quiet >= self.quiet:
                    speaking = False
                    await socket.send_json(_result(self.next_text()))
            elif (kind := json.loads(message.data)["type"]) == "CloseStream":
                break
            elif kind == "Finalize" and speaking:
                speaking = False
                await socket.send_json({**_result(self.next_text()), "from_finalize": True})
        return socket

    async def _speak(self, request: web.Request) -> web.WebSocketResponse:
        self.keys.add(request.headers.get("X-API-Key", ""))
        await (socket := web.WebSocketResponse()).prepare(request)
        async for message in socket:
            told = json.loads(message.data)
            self.voices.add(told["voice"]["id"])
            context = {"context_id": told["context_id"]}
            if text := told["transcript"].strip():
                self.spoken.append(text)
                pcm = await asyncio.to_thread(speech, text)
                sound = base64.b64encode(pcm).decode()
                await socket.send_json({"type": "chunk", "data": sound, "done": False, **context})
            if not told["continue"]:
                await socket.send_json({"type": "done", "done": True, **context})
        return socket


def _result(text: str) -> dict[str, Any]:
    words = [{"word": word, "start": 0.0, "end": 0.1, "confidence": 1.0} for word in text.split()]
    heard = {"transcript": text, "confidence": 1.0, "words": words}
    return {
        "type": "Results", "is_final": True, "speech_final": True, "metadata": {"request_id": "r-1"},
        "channel": {"alternatives": [heard]},
    }  # fmt: skip
