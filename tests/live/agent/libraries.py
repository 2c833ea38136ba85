"""Azure's recognition and Google's synthesis with speech: plugins whose libraries connect by themselves."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.agent.google_speech import Google
from tests.agent.speech_servers import Azure
from tests.live.agent.speech import LOUD, loudness, speech

QUIET, RATE = 0.3, 16_000  # seconds after which an utterance is over; samples a second


class HearingAzure(Azure):
    """Hears what `hears` tells, one text an utterance."""

    def __init__(self) -> None:
        self.hears: list[str] = []
        self._speaking, self._quiet = False, 0.0
        super().__init__()

    def heard(self, sound: bytes) -> str:
        if loudness(sound[: len(sound) // 2 * 2]) > LOUD:
            self._speaking, self._quiet = True, 0.0
            return ""
        self._quiet += len(sound) / 2 / RATE
        if not (self._speaking and self._quiet >= QUIET):
            return ""
        self._speaking = False
        return self.hears.pop(0) if self.hears else ""


class SpeakingGoogle(Google):
    """Speaks with a voice that is heard."""

    def sound(self, text: str) -> bytes:
        return speech(text)


@contextmanager
def speaking_google() -> Iterator[SpeakingGoogle]:
    """Serve it in a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def start() -> SpeakingGoogle:
        stand_in = SpeakingGoogle()
        await stand_in.server.start()
        return stand_in

    stand_in = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield stand_in
    finally:
        asyncio.run_coroutine_threadsafe(stand_in.server.stop(0.1), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
