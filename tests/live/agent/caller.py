"""A caller: a participant of kind SIP who speaks and listens, as a SIP service's would be."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Self

from google.protobuf.json_format import ParseDict
from livekit import api, rtc

from tests.live.agent.speech import LOUD, RATE, loudness, speech
from tests.live.servers import LiveKitServer

STEP = RATE // 50  # samples of 20 ms


class Caller:
    """Joins as a SIP service's answer to an INVITE says. Use as an async context manager."""

    def __init__(self, livekit: LiveKitServer, dispatch: dict[str, Any], status: str = "active") -> None:
        self.room_name = dispatch["room_name"]
        attributes = {**dispatch["participant_attributes"], "sip.callStatus": status}
        grants = api.VideoGrants(room_join=True, room=self.room_name, can_update_own_metadata=True)
        token = api.AccessToken(livekit.key, livekit.secret).with_identity(dispatch["participant_identity"])
        token = token.with_kind("sip").with_attributes(attributes).with_grants(grants)
        config = ParseDict(dispatch["room_config"], api.RoomConfiguration(), ignore_unknown_fields=True)
        self._token, self._url = token.with_room_config(config).to_jwt(), livekit.url
        self.heard_at: list[float] = []  # when something audible came, each 20 ms
        self.gone = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self.room = rtc.Room()
        self.room.on("track_subscribed", self._on_track)
        self.room.on("disconnected", lambda *_: self.gone.set())
        await self.room.connect(self._url, self._token)
        self.source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("phone", self.source)
        await self.room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )
        self._speaking = asyncio.Lock()
        self._tasks.append(asyncio.create_task(self._breathe()))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.hang_up()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def agent_is_ready(self) -> bool:
        """Return whether the agent's sound would reach us: then a SIP service answers the call."""
        return any(
            publication.subscribed
            for who in self.room.remote_participants.values()
            for publication in who.track_publications.values()
        )

    async def answer(self) -> None:
        """Be through, where it began with ringing."""
        await self.room.local_participant.set_attributes({"sip.callStatus": "active"})

    async def hang_up(self) -> None:
        await self.room.disconnect()

    async def press(self, key: str) -> None:
        await self.room.local_participant.publish_dtmf(code="0123456789*#ABCD".index(key), digit=key)

    async def say(self, text: str) -> float:
        """Speak; return when the last word was over."""
        async with self._speaking:
            await self._play(speech(text))
        return time.monotonic()

    async def pause(self, seconds: float) -> None:
        """Stay silent for so long, as between two sentences."""
        async with self._speaking:
            await self._play(bytes(2 * int(seconds * RATE)))

    async def hears_something(self, after: float = 0.0, seconds: float = 15.0) -> float:
        """Wait until something is heard after this moment (of `time.monotonic`); return when."""
        await until(lambda: any(at > after for at in self.heard_at), "the caller hears something", seconds)
        return next(at for at in self.heard_at if at > after)

    async def hears_the_end(self, quiet: float = 0.8, seconds: float = 20.0) -> float:
        """Wait until what is heard is over; return when it was."""
        await self.hears_something(seconds=seconds)
        await until(lambda: time.monotonic() - self.heard_at[-1] > quiet, "the agent stops", seconds)
        return self.heard_at[-1]

    def heard_seconds(self, after: float = 0.0) -> float:
        """Return for how long something was heard after this moment (of `time.monotonic`)."""
        return sum(at > after for at in self.heard_at) * 0.02

    def _on_track(self, track: rtc.Track, *_: object) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._tasks.append(asyncio.create_task(self._listen(track)))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=20)
        try:
            async for event in stream:
                if loudness(bytes(event.frame.data)) > LOUD:
                    self.heard_at.append(time.monotonic())
        finally:
            await stream.aclose()

    async def _breathe(self) -> None:
        """Send silence while nothing is said, as a phone does."""
        while True:
            async with self._speaking:
                await self._play(bytes(2 * STEP))

    async def _play(self, pcm: bytes) -> None:
        for start in range(0, len(pcm) - 2 * STEP + 1, 2 * STEP):
            await self.source.capture_frame(rtc.AudioFrame(pcm[start : start + 2 * STEP], RATE, 1, STEP))
        await self.source.wait_for_playout()


async def until(true: Callable[[], object], what: str, seconds: float = 40.0) -> None:
    """Wait until something is true. Raises TimeoutError, naming it."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        await asyncio.sleep(0.02)


def dispatch_of(
    room: str, identity: str, attributes: dict[str, str], agent: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return a dispatch as `sipbridge` does, for a caller nobody invited; `agent` is the metadata of one to send."""
    agents = [] if agent is None else [{"agent_name": "voxa-agent", "metadata": json.dumps(agent)}]
    return {
        "room_name": room,
        "participant_identity": identity,
        "participant_attributes": attributes,
        "room_config": {"agents": agents},
    }
