"""Each provider of speech: its plugin gets address, key, model, voice and language, and connects through the guard."""

import sys
from typing import Any

import aiohttp
import pytest
from livekit.agents import APIConnectionError, APIConnectOptions, APIError
from livekit.rtc import AudioFrame

from agents.choices import SttProvider, TtsProvider
from agents.worker.conversation import Conversation
from agents.worker.guard import Guard
from agents.worker.instructions import Instructions
from agents.worker.providers import pipeline, speech
from agents.worker.providers.base import ProviderFailed
from agents.worker.providers.speech import check, recognizer, synthesizer
from agents.worker.providers.speech.lines import Lines
from tests.agent.conftest import told
from tests.agent.test_used_fields import ABILITIES, NOTHING

URL, WSS = "https://speech.example.com", "wss://speech.example.com"
ONCE = APIConnectOptions(max_retry=0, timeout=2.0)


def instructed(provider: str, url: str = URL, key: str = "k-speech", **agent: Any) -> Instructions:
    """Return instructions with both kinds of speech by one provider."""
    by = {"provider": provider, "key": key, "url": url}
    return told(agent=agent, provider={"stt": by, "tts": by, "sttModel": agent.pop("model", "")})


@pytest.fixture
async def lines() -> Any:
    opened = Lines.through(Guard(told().provider), 2.0)
    yield opened
    await opened.close()


def test_each_provider_has_its_plugin() -> None:
    assert speech.NAMES.keys() == {*SttProvider.values, *TtsProvider.values}
    assert speech.installed() == tuple(speech.NAMES)


HEARS: dict[str, dict[str, Any]] = {
    "deepgram": {"endpoint_url": f"{URL}/v1/listen", "model": "nova-3", "language": "de-AT"},
    "cartesia": {"_ws_base_url": WSS, "_model": "ink-whisper", "_language": "de"},
    "elevenlabs": {"base_url": f"{URL}/v1", "model_id": "scribe_v2_realtime", "language_code": "de"},
    "assemblyai": {
        "_base_url": "wss://speech.example.com",
        "speech_model": "universal-3-6-pro",
        "language_codes": ["de"],
    },
}


def _options(plugin: Any) -> dict[str, Any]:
    more: Any = getattr(plugin, "_opts", None)
    return {**vars(plugin), **(vars(more) if more else {})}


@pytest.mark.parametrize("provider", HEARS)
async def test_speech_is_recognized_with_key_address_and_language(lines: Lines, provider: str) -> None:
    instructions = instructed(provider, language="de-AT")
    assert instructions.provider.stt is not None
    made: Any = recognizer(instructions, instructions.provider.stt, lines)
    options = _options(made)
    assert {name: options[name] for name in HEARS[provider]} == HEARS[provider]
    assert "k-speech" in (options.get("_api_key"), options.get("api_key"))
    assert made._session is lines.sockets
    assert made.capabilities.streaming
    chosen: Any = recognizer(instructed(provider, language="", model="m-1"), instructions.provider.stt, lines)
    assert "m-1" in _options(chosen).values()


SPEAKS = {
    "deepgram": {"base_url": f"{URL}/v1/speak", "model": "v-1"},
    "cartesia": {"base_url": URL, "voice": "v-1", "language": "de"},
    "elevenlabs": {"base_url": f"{URL}/v1", "voice_id": "v-1", "language": "de"},
}


@pytest.mark.parametrize("provider", SPEAKS)
async def test_words_are_spoken_with_key_address_and_voice(lines: Lines, provider: str) -> None:
    instructions = instructed(provider, language="de-AT", voice="v-1")
    assert instructions.provider.tts is not None
    made: Any = synthesizer(instructions, instructions.provider.tts, lines)
    options = vars(made._opts)
    assert {name: options[name] for name in SPEAKS[provider]} == SPEAKS[provider]
    assert (options["api_key"], made._session) == ("k-speech", lines.sockets)
    silent = instructed(provider, language="", voice="")
    assert synthesizer(silent, instructions.provider.tts, lines)  # each has a voice of its own


@pytest.mark.parametrize("provider", HEARS)
async def test_no_plugin_hears_through_a_private_address(lines: Lines, provider: str) -> None:
    instructions = instructed(provider, "http://127.0.0.1:9")
    assert instructions.provider.stt is not None
    plugin = recognizer(instructions, instructions.provider.stt, lines)
    plugin.on("error", lambda _: None)
    refused = _refusals(lines.sockets)
    stream = plugin.stream(conn_options=ONCE)
    stream.push_frame(AudioFrame.create(16_000, 1, 1_600))
    with pytest.raises((APIError, OSError)):
        await anext(aiter(stream))
    await stream.aclose()
    assert refused == ["127.0.0.1"]


@pytest.mark.parametrize("provider", SPEAKS)
async def test_no_plugin_speaks_through_a_private_address(lines: Lines, provider: str) -> None:
    instructions = instructed(provider, "http://127.0.0.1:9")
    assert instructions.provider.tts is not None
    refused = _refusals(lines.sockets)
    stream = synthesizer(instructions, instructions.provider.tts, lines).stream(conn_options=ONCE)
    stream.push_text("Hello there.")
    stream.end_input()
    with pytest.raises((APIConnectionError, APIError)):
        await anext(aiter(stream))
    await stream.aclose()
    assert refused == ["127.0.0.1"]


def _refusals(http: aiohttp.ClientSession) -> list[str]:
    """Return the hosts that the guard refuses from now on."""
    connector: Any = http.connector
    guard, refused = connector._resolver._guard, list[str]()
    real = guard.addresses

    async def addresses(host: str, port: int) -> list[str]:
        try:
            found: list[str] = await real(host, port)
        except OSError:
            refused.append(host)
            raise
        return found

    guard.addresses = addresses
    return refused


async def test_a_missing_package_or_key_ends_the_call_with_the_remedy(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProviderFailed, match="no key of Cartesia"):
        pipeline.pipeline_voice(instructed("cartesia", key=""), NOTHING, conversation, ABILITIES)
    monkeypatch.setitem(sys.modules, "agents.worker.providers.speech.cartesia", None)
    with pytest.raises(ProviderFailed, match="install livekit-plugins-cartesia"):
        check(instructed("cartesia").provider.stt)
    with pytest.raises(ProviderFailed, match="does not know the speech of acme: update it"):
        check(instructed("acme").provider.stt)


def test_every_key_is_secret() -> None:
    instructions = instructed("deepgram")
    assert instructions.provider.keys == ["sk-secret", "k-speech", "k-speech"]
    assert "k-speech" not in repr(instructions)
