"""Stand-ins for providers of speech, as far as LiveKit's plugins use them. Each is written after its plugin's source.

All hear `HEARD` in any sound and speak `PCM`, 0.1 s at 24 kHz.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

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


@contextmanager
def serving(server: SpeechServer) -> Iterator[SpeechServer]:
    """Close a stand-in afterwards."""
    try:
        yield server
    finally:
        server.close()
