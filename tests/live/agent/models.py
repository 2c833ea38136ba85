"""Speech recognition, a language model, speech synthesis and embeddings that answer as OpenAI's API does, as a test
tells them.
"""

import asyncio
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from tests.live.agent.speech import RATE, as_wav, loudness, speech

Use = tuple[str, dict[str, Any]]
MEANINGS = (("open", "hours", "come by"), ("price", "expensive"), ("dog", "animal"))  # words of one meaning


class Server(ABC):
    """An aiohttp application on a free loopback port, in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()
        self.port = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)

    @abstractmethod
    def routes(self, app: web.Application) -> None:
        """Return what it answers."""

    async def _serve(self) -> int:
        app = web.Application()
        self.routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[0][1])

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()


class Models(Server):
    """`hears` are the texts recognized, one a request; `answers` gives the reply to what was said, `uses` the function
    that is called then with its arguments, `concludes` the reply to what the function gave."""

    key = "sk-models-of-the-tests"

    def __init__(self) -> None:
        self.reset()
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def reset(self) -> None:
        self.hears: list[str] = []
        self.answers: Callable[[str], str] = lambda said: f"You said: {said}"
        self.uses: Callable[[str], Use | None] = lambda said: ("end_call", {}) if "goodbye" in said.lower() else None
        self.concludes: Callable[[str], str] = lambda result: ""
        self.heard: list[tuple[float, float]] = []  # seconds and loudness of what came to be recognized
        self.finds: dict[str, Any] = {"summary": "They talked.", "outcome": "Done"}  # of a conversation afterwards
        self.judges: Callable[[str], str | int] = lambda said: "uncertain"  # who answered, or a status of HTTP
        self.judged: list[str] = []
        self.asked: list[list[dict[str, Any]]] = []  # the messages of each question
        self.spoken: list[str] = []
        self.keys: set[str] = set()
        self.status = 200  # anything else is what every request is answered with
        self.delay = 0.0  # seconds before each answer of the language model

    def routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/audio/transcriptions", self._recognize)
        app.router.add_post("/v1/chat/completions", self._think)
        app.router.add_post("/v1/audio/speech", self._speak)
        app.router.add_post("/v1/embeddings", self._embed)

    def _look(self, request: web.Request) -> None:
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if self.status != 200:
            raise _Failing(self.status)

    async def _recognize(self, request: web.Request) -> web.Response:
        self._look(request)
        form = await request.post()
        sound = form["file"].file.read()[44:]  # type: ignore[union-attr]
        self.heard.append((len(sound) / 2 / RATE, loudness(sound[: len(sound) // 2 * 2])))
        return web.json_response({"text": self.hears.pop(0) if self.hears else ""})

    async def _think(self, request: web.Request) -> web.StreamResponse:
        self._look(request)
        asked = await request.json()
        if "response_format" in asked:
            return web.json_response({"choices": [{"message": {"content": json.dumps(self.finds)}}]})
        users = [message["content"] for message in asked["messages"] if message["role"] == "user"]
        said, last = str(users[-1]) if users else "", asked["messages"][-1]
        if any(tool["function"]["name"] == "save_prediction" for tool in asked.get("tools", [])):
            return await self._judge(request, said)
        self.asked.append(asked["messages"])
        await asyncio.sleep(self.delay)
        with suppress(ConnectionError):  # who asked may have gone
            if last["role"] == "tool":
                return await _stream(request, self.concludes(str(last["content"])), None)
            return await _stream(request, self.answers(said), self.uses(said))
        return web.Response()

    async def _judge(self, request: web.Request, greeting: str) -> web.StreamResponse:
        """Judge who answered, as LiveKit's detection asks."""
        self.judged.append(greeting)
        label = self.judges(greeting)
        if isinstance(label, int):
            raise _Failing(label)
        return await _stream(request, "", ("save_prediction", {"label": label}) if label else None)

    async def _speak(self, request: web.Request) -> web.Response:
        self._look(request)
        text = (await request.json())["input"]
        self.spoken.append(text)
        pcm = await asyncio.to_thread(speech, text)
        return web.Response(body=as_wav(pcm), content_type="audio/wav")

    async def _embed(self, request: web.Request) -> web.Response:
        """Return vectors by which texts with words of one meaning are close."""
        self._look(request)
        texts = (await request.json())["input"]
        vectors = [[0.01 + sum(text.lower().count(word) for word in words) for words in MEANINGS] for text in texts]
        return web.json_response({"data": [{"index": at, "embedding": one} for at, one in enumerate(vectors)]})


class _Failing(web.HTTPException):
    def __init__(self, status: int) -> None:
        self.status_code = status
        words = f"Incorrect API key provided: {Models.key}"  # providers do repeat it
        super().__init__(text=json.dumps({"error": {"message": words}}), content_type="application/json")


async def _stream(request: web.Request, text: str, use: Use | None) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": word + " "} for word in text.split()]
    if use:
        function = {"name": use[0], "arguments": json.dumps(use[1])}
        call = {"index": 0, "id": "call_1", "type": "function", "function": function}
        deltas.append({"tool_calls": [call]})
    base = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": "tests"}
    for delta in deltas:
        chunk = {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        await answer.write(f"data: {json.dumps(chunk)}\n\n".encode())
    reason = "tool_calls" if use else "stop"
    last = {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    await answer.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
    await answer.write_eof()
    return answer
