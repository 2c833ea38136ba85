"""Words and tones without an AI provider: by espeak-ng where it is installed, else recorded ones."""

import asyncio
import io
import shutil
import wave
from pathlib import Path

import numpy as np
from livekit import rtc

from agents.worker.conversation import Conversation
from agents.worker.providers.bridge import RATE, Bridge

NOBODY = Path(__file__).with_name("nobody.wav")
PROGRAM = "espeak-ng"
LONGEST = 90.0  # seconds of speech
MAKES_WITHIN = 10.0  # seconds for espeak-ng
TONE_HZ, TONE_SECONDS = 1_000, 0.4


class LocalVoice:
    """Speaks in a room with a track of its own, which answers an inbound call. It does not listen."""

    def __init__(self, room: rtc.Room, language: str) -> None:
        self._bridge, self._language = Bridge(room, Conversation()), language

    async def start(self) -> None:
        """Publish the track."""
        await self._bridge.start("")

    async def say(self, text: str) -> None:
        """Speak these words, or what is recorded where no program can, and wait until they were heard."""
        sound = await _spoken(text, self._language) or NOBODY.read_bytes()
        with wave.open(io.BytesIO(sound)) as file:
            pcm, rate = file.readframes(file.getnframes()), file.getframerate()
        self._bridge.play(pcm, rate)
        await self._bridge.played(LONGEST)

    async def beep(self) -> None:
        """Play the tone after which a caller speaks."""
        at = np.arange(int(RATE * TONE_SECONDS)) / RATE
        self._bridge.play((np.sin(2 * np.pi * TONE_HZ * at) * 10_000).astype(np.int16).tobytes(), RATE)
        await self._bridge.played(TONE_SECONDS + 2)

    async def stop(self) -> None:
        await self._bridge.stop()


async def _spoken(text: str, language: str) -> bytes:
    """Return a text as a WAV file; empty where espeak-ng is missing or fails. It reads the text from its input."""
    program = shutil.which(PROGRAM)
    for voice in (language.lower(), language.partition("-")[0].lower(), "en-us"):
        if program is None or not voice:
            continue
        run = await asyncio.create_subprocess_exec(
            program, "-v", voice, "-s", "150", "--stdin", "--stdout",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            sound, _ = await asyncio.wait_for(run.communicate(text.encode()), MAKES_WITHIN)
        except TimeoutError:
            run.kill()
            return b""
        if run.returncode == 0 and sound:
            return sound
    return b""
