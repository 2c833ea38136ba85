"""What was said is recognized, and words are spoken, over each provider's own protocol with the agent's key."""

from collections.abc import Callable
from typing import Any

import pytest
from livekit.agents import APIConnectOptions, APIError, stt, tts
from livekit.rtc import AudioFrame, combine_audio_frames

from agents.worker.guard import Guard
from agents.worker.instructions import Instructions
from agents.worker.providers.speech import check, recognizer, synthesizer
from agents.worker.providers.speech.lines import Lines
from tests.agent.conftest import told
from tests.agent.speech_servers import HEARD, PCM, Groq, SpeechServer, serving

ONCE = APIConnectOptions(max_retry=0, timeout=5.0)


def instructed(provider: str, url: str, *, trusted: bool = True, **agent: Any) -> Instructions:
    """Return instructions of an operator who set this address for the provider."""
    by = {"provider": provider, "key": "k-speech", "url": url}
    guard = {"trusted": [url] if trusted else [], "networks": []}
    return told(agent=agent, provider={"stt": by, "tts": by, "guard": guard})


async def heard(told: Instructions) -> str:
    """Return what is recognized in a second of sound."""
    assert told.provider.stt is not None
    check(told.provider.stt)
    lines = Lines.through(Guard(told.provider), 5.0)
    recognition, sound = recognizer(told, told.provider.stt, lines), AudioFrame.create(16_000, 1, 1_600)
    try:
        if not recognition.capabilities.streaming:
            return (await recognition.recognize([sound] * 10, conn_options=ONCE)).alternatives[0].text
        stream = recognition.stream(conn_options=ONCE)
        for _ in range(10):
            stream.push_frame(sound)
        stream.end_input()
        async for event in stream:
            if event.type == stt.SpeechEventType.FINAL_TRANSCRIPT:
                await stream.aclose()
                return event.alternatives[0].text
        return ""
    finally:
        await recognition.aclose()
        await lines.close()


async def spoken(told: Instructions, text: str) -> float:
    """Return the seconds of sound in which a text is spoken."""
    assert told.provider.tts is not None
    check(told.provider.tts)
    lines = Lines.through(Guard(told.provider), 5.0)
    synthesis = synthesizer(told, told.provider.tts, lines)
    try:
        adapted = synthesis if synthesis.capabilities.streaming else tts.StreamAdapter(tts=synthesis)
        stream = adapted.stream(conn_options=ONCE)
        stream.push_text(text)
        stream.end_input()
        sound = combine_audio_frames([audio.frame async for audio in stream])
        await stream.aclose()
        return sound.duration
    finally:
        await synthesis.aclose()
        await lines.close()


@pytest.mark.parametrize("make", [Groq])
async def test_an_address_that_the_guard_refuses_is_not_reached(make: Callable[[], SpeechServer]) -> None:
    with serving(make()) as server:
        instructions = instructed(make.__name__.lower(), server.url, trusted=False)
        with pytest.raises((APIError, OSError)):
            await heard(instructions)
        with pytest.raises((APIError, OSError)):
            await spoken(instructions, "Hello there.")
        assert server.keys == set()


SECONDS = pytest.approx(len(PCM) / 2 / 24_000, abs=0.02)
TEXT = 'Smith & Sons are open until "six" <ish>.'


async def test_groq_hears_and_speaks() -> None:
    with serving(Groq()) as server:
        instructions = instructed("groq", server.url, language="de-AT", voice="hannah")
        assert await heard(instructions) == HEARD
        assert await spoken(instructions, TEXT) == SECONDS
        assert (server.keys, server.spoken) == ({"Bearer k-speech"}, [TEXT])
        recognized, said = server.asked
        assert (recognized["model"], recognized["language"]) == ("whisper-large-v3-turbo", "de")
        assert (said["model"], said["voice"]) == ("canopylabs/orpheus-v1-english", "hannah")
