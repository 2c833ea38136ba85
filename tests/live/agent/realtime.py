"""A model that hears and speaks, as OpenAI's Realtime API does, as a test tells it."""

import asyncio
import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.live.agent.models import Server
from tests.live.agent.speech import LOUD, RATE, loudness, speech

QUIET = 0.5  # seconds after which a turn is over


class Realtime(Server):
    """`hears` are the texts recognized, one a turn; `answers` gives the reply to what was said."""

    key = "sk-realtime-of-the-tests"

    def __init__(self) -> None:
        self.hears: list[str] = []
        self.answers: Callable[[str], str] = lambda said: f"You said: {said}"
        self.instructions: list[str] = []
        self.heard_seconds = 0.0
        self.keys: set[str] = set()
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/realtime", self._talk)

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await _Session(self, socket).run()
        return socket


class _Session:
    def __init__(self, server: Realtime, socket: web.WebSocketResponse) -> None:
        self._server, self._socket = server, socket
        self._ids = itertools.count(1)
        self._last_item: str | None = None
        self._turn = ""  # the id of the turn being heard
        self._quiet = 0.0
        self._answers = True  # of its own accord

    async def run(self) -> None:
        await self._send("session.created", session={"type": "realtime"})
        async for message in self._socket:
            event = json.loads(message.data)
            match event["type"]:
                case "session.update":
                    self._server.instructions.append(event["session"].get("instructions", ""))
                    listening = event["session"].get("audio", {}).get("input", {}).get("turn_detection") or {}
                    self._answers = listening.get("create_response", self._answers)
                    await self._send("session.updated", session={"type": "realtime"})
                case "input_audio_buffer.append":
                    await self._hear(base64.b64decode(event["audio"]))
                case "response.create":
                    asked = event.get("response", {})
                    words = str(asked.get("instructions", "")).rpartition(": ")[2]
                    await self._speak(words or "Hello.", asked.get("metadata"))

    async def _send(self, kind: str, **more: Any) -> None:
        await self._socket.send_json({"type": kind, "event_id": f"event_{next(self._ids)}", **more})

    async def _hear(self, pcm: bytes) -> None:
        seconds = len(pcm) / 2 / RATE
        if loudness(pcm) > LOUD:
            self._quiet = 0.0
            self._server.heard_seconds += seconds
            if not self._turn:
                self._turn = f"item_{next(self._ids)}"
                await self._send("input_audio_buffer.speech_started", item_id=self._turn, audio_start_ms=0)
        elif self._turn:
            self._quiet += seconds
            if self._quiet > QUIET:
                await self._answer()

    async def _answer(self) -> None:
        turn, self._turn = self._turn, ""
        said = self._server.hears.pop(0) if self._server.hears else "Something"
        await self._send("input_audio_buffer.speech_stopped", item_id=turn, audio_end_ms=0)
        await self._send("input_audio_buffer.committed", item_id=turn)
        content = [{"type": "input_audio", "transcript": None}]
        await self._item({"id": turn, "type": "message", "role": "user", "status": "completed", "content": content})
        kind = "conversation.item.input_audio_transcription.completed"
        usage = {"type": "duration", "seconds": 1}
        await self._send(kind, item_id=turn, content_index=0, transcript=said, usage=usage)
        if self._answers:
            await self._speak(self._server.answers(said), None)

    async def _item(self, item: dict[str, Any]) -> None:
        await self._send("conversation.item.added", previous_item_id=self._last_item, item=item)
        self._last_item = item["id"]

    async def _speak(self, text: str, metadata: Any) -> None:
        response = {"id": f"resp_{next(self._ids)}", "status": "in_progress", "output": [], "metadata": metadata}
        item: dict[str, Any] = {"id": f"item_{next(self._ids)}", "type": "message", "role": "assistant"}
        place = {"response_id": response["id"], "item_id": item["id"], "output_index": 0, "content_index": 0}
        await self._send("response.created", response=response)
        empty = {**item, "status": "in_progress", "content": []}
        await self._send("response.output_item.added", response_id=response["id"], output_index=0, item=empty)
        await self._item(empty)
        await self._send("response.content_part.added", **place, part={"type": "audio", "transcript": ""})
        await self._send("response.output_audio_transcript.delta", **place, delta=text)
        pcm = await asyncio.to_thread(speech, text)
        for start in range(0, len(pcm), RATE):
            delta = base64.b64encode(pcm[start : start + RATE]).decode()
            await self._send("response.output_audio.delta", **place, delta=delta)
        await self._send("response.output_audio.done", **place)
        await self._send("response.output_audio_transcript.done", **place, transcript=text)
        done = {**item, "status": "completed", "content": [{"type": "output_audio", "transcript": text}]}
        await self._send("response.output_item.done", response_id=response["id"], output_index=0, item=done)
        usage = {"total_tokens": 2, "input_tokens": 1, "output_tokens": 1}
        await self._send(
            "response.done", response={**response, "status": "completed", "output": [done], "usage": usage}
        )
