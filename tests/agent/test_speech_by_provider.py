"""What was said is recognized, and words are spoken, over each provider's own protocol with the agent's key."""

from collections.abc import Callable
from typing import Any

import pytest
from livekit.agents import APIConnectOptions, APIError, stt, tts
from livekit.rtc import AudioFrame, combine_audio_frames

from agents.worker.guard import Guard
from agents.worker.instructions import Instructions
from agents.worker.providers.base import ProviderFailed
from agents.worker.providers.speech import check, recognizer, synthesizer
from agents.worker.providers.speech.lines import Lines
from tests.agent.conftest import told
from tests.agent.speech_servers import HEARD, PCM, Azure, Groq, SpeechServer, Xai, serving

ONCE = APIConnectOptions(max_retry=0, timeout=5.0)


def instructed(provider: str, url: str, *, trusted: bool = True, **agent: Any) -> Instructions:
    """Return instructions of an operator who set this address for the provider."""
    by = {"provider": provider, "key": "k-speech", "url": url}
    guard = {"trusted": [url] if trusted else [], "networks": []}
    return told(agent=agent, provider={"stt": by, "tts": by, "guard": guard})


async def heard(told: Instructions, options: APIConnectOptions = ONCE) -> str:
    """Return what is recognized in a second of sound."""
    assert told.provider.stt is not None
    check(told.provider.stt)
    lines = Lines.through(Guard(told.provider), 5.0)
    recognition, sound = recognizer(told, told.provider.stt, lines), AudioFrame.create(16_000, 1, 1_600)
    try:
        if not recognition.capabilities.streaming:
            return (await recognition.recognize([sound] * 10, conn_options=options)).alternatives[0].text
        stream = recognition.stream(conn_options=options)
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


@pytest.mark.parametrize("make", [Groq, Xai])
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


async def test_xai_hears_and_speaks_at_the_operators_address() -> None:
    with serving(Xai()) as server:
        instructions = instructed("xai", server.url, language="de-AT", voice="eve")
        assert await heard(instructions) == HEARD
        assert await spoken(instructions, TEXT) == SECONDS
        assert (server.keys, server.spoken) == ({"Bearer k-speech"}, [TEXT])
        assert [one["language"] for one in server.asked] == ["de", "de"]
        assert server.asked[1]["voice"] == "eve"
        await spoken(instructed("xai", server.url, language="is-IS"), TEXT)
        assert (server.asked[2]["language"], server.asked[2]["voice"]) == ("auto", "ara")


async def test_azure_hears_and_speaks_text_that_is_no_markup() -> None:
    with serving(Azure()) as server:
        instructions = instructed("azure", server.url, language="de-AT", voice="de-AT-IngridNeural")
        assert await heard(instructions) == HEARD
        assert await spoken(instructions, TEXT) == SECONDS
        assert (server.keys, server.spoken) == ({"k-speech"}, [TEXT])
        assert server.asked == [
            {"language": "de-AT"},
            {"format": "raw-24khz-16bit-mono-pcm", "voice": "de-AT-IngridNeural"},
        ]


async def test_azure_speaks_to_no_address_that_the_guard_refuses() -> None:
    with serving(Azure()) as server:
        with pytest.raises((APIError, OSError)):
            await spoken(instructed("azure", server.url, trusted=False), TEXT)
        assert server.keys == set()


@pytest.mark.parametrize("region", ["evil.example/", "evil.example?", "evil.example#", "k@evil.example/", "k:p@"])
async def test_azure_hears_at_a_host_alone(region: str) -> None:
    """Its library connects by itself."""
    with pytest.raises(ProviderFailed, match="Check the region"):
        await heard(instructed("azure", f"https://{region}.stt.speech.microsoft.com"))
