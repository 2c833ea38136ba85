"""The apology played when the provider fails: a few seconds of speech, in a file next to this module.

`apology.wav` was made by espeak-ng: `espeak-ng -v en-us -s 150`, resampled to 8 kHz.
"""

import asyncio
import wave
from contextlib import suppress
from pathlib import Path

from livekit import rtc

FILE = Path(__file__).with_name("apology.wav")
LONGEST = 10.0  # maximum seconds for the apology


async def apologise(room: rtc.Room) -> None:
    """Play the apology in the room and wait until it was heard. Never raises."""
    with wave.open(str(FILE)) as file:
        rate, frames = file.getframerate(), file.readframes(file.getnframes())
    source = rtc.AudioSource(rate, 1)
    track = rtc.LocalAudioTrack.create_audio_track("apology", source)
    with suppress(Exception):
        async with asyncio.timeout(LONGEST):
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            publication = await room.local_participant.publish_track(track, options)
            await publication.wait_for_subscription()
            step = rate // 50 * 2  # bytes of 20 ms
            for start in range(0, len(frames) - step + 1, step):
                await source.capture_frame(rtc.AudioFrame(frames[start : start + step], rate, 1, step // 2))
            await source.wait_for_playout()
    await source.aclose()
