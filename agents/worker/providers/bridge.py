"""Room audio for providers that exchange bytes: the phone's audio in, the agent's audio out."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import numpy as np
from livekit import rtc

from agents.worker.conversation import Conversation
from agents.worker.phone import FRAME_MS, phone_audio

RATE = 24_000  # samples per second of the published track
STEP = RATE * FRAME_MS // 1000 * 2  # bytes
SPEECH = 500.0  # root mean square of 16-bit samples from which the phone counts as speaking
PAUSE = 0.5  # seconds below it after which the phone counts as silent

Item = bytes | Callable[[], None]


class Bridge:
    """Plays audio in order and returns the phone's audio. 16-bit mono PCM in both directions."""

    def __init__(self, room: rtc.Room, conversation: Conversation) -> None:
        self._room, self._conversation = room, conversation
        self._queue: deque[Item] = deque()
        self._more = asyncio.Event()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
        self._resamplers: dict[int, rtc.AudioResampler] = {}
        self._loud_at = 0.0
        self._pump: asyncio.Task[None] | None = None
        self._phone = ""
        self.hears = True

    async def start(self, phone: str) -> None:
        """Publish the track and listen to `phone`."""
        self._phone = phone
        track = rtc.LocalAudioTrack.create_audio_track("agent", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self._room.local_participant.publish_track(track, options)
        self._pump = asyncio.create_task(self._play())

    async def stop(self) -> None:
        """Stop playing and listening."""
        if self._pump is not None:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump
            self._pump = None
            await self._source.aclose()

    def play(self, pcm: bytes, rate: int) -> None:
        """Queue this audio."""
        if rate != RATE:
            resampler = self._resamplers.setdefault(rate, rtc.AudioResampler(rate, RATE))
            pcm = b"".join(bytes(frame.data) for frame in resampler.push(bytearray(pcm)))
        self._queue.extend(pcm[start : start + STEP] for start in range(0, len(pcm), STEP))
        self._more.set()

    def when_played(self, then: Callable[[], None]) -> None:
        """Call this when all audio queued before was heard, or cleared."""
        self._queue.append(then)
        self._more.set()

    async def played(self, seconds: float) -> None:
        """Wait until all audio was heard, or cleared, at most `seconds`."""
        heard = asyncio.Event()
        self.when_played(heard.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), seconds)

    def clear(self) -> None:
        """Drop audio that was not heard yet; callbacks waiting for it are called."""
        waiting = [item for item in self._queue if callable(item)]
        self._queue.clear()
        self._source.clear_queue()
        for then in waiting:
            then()

    async def heard(self, rate: int) -> AsyncIterator[bytes]:
        """Yield the phone's audio in frames of 20 ms, and record when it speaks."""
        async for pcm in phone_audio(self._room, self._phone, rate):
            sound = pcm if self.hears else bytes(len(pcm))  # providers expect sound without a gap
            self._note_speech(sound)
            yield sound

    def _note_speech(self, pcm: bytes) -> None:
        now = time.time()
        if np.sqrt(np.mean(np.frombuffer(pcm, np.int16).astype(np.float64) ** 2)) > SPEECH:
            self._loud_at = now
            if not self._conversation.caller_speaks:
                self._conversation.caller_speaking(True)
        elif self._conversation.caller_speaks and now - self._loud_at > PAUSE:
            self._conversation.caller_speaking(False, self._loud_at)

    async def _play(self) -> None:
        while True:
            if not self._queue:
                await self._source.wait_for_playout()
                if not self._queue:
                    self._conversation.agent_speaking(False)
                    self._more.clear()
                    await self._more.wait()
                continue
            item = self._queue.popleft()
            if callable(item):
                await self._source.wait_for_playout()
                item()
                continue
            self._conversation.agent_speaking(True)
            await self._source.capture_frame(rtc.AudioFrame(item, RATE, 1, len(item) // 2))
