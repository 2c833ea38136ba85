"""Which of an agent's fields the worker's providers read: what each does not read is refused when it is given."""

from types import SimpleNamespace
from typing import Any

import pytest
from livekit.plugins.openai.realtime import RealtimeModel

from agents.choices import AiProvider
from agents.providers.fields import USED_BY
from agents.worker.conversation import Conversation
from agents.worker.providers import elevenlabs, media_streams, openai_realtime, pipeline
from agents.worker.providers.bridge import Bridge
from agents.worker.providers.media_streams import MediaStreamsVoice
from agents.worker.providers.sockets import SocketVoice
from tests.agent.conftest import told

PROVIDER_FIELDS = {  # of the instructions, and what the agent's are called
    "agent_id": "provider_agent_id", "endpoint": "custom_endpoint", "base_url": "base_url", "stt_url": "stt_url",
    "tts_url": "tts_url", "llm_model": "llm_model", "stt_model": "stt_model", "tts_model": "tts_model",
    "stt": "stt_provider", "tts": "tts_provider",
}  # fmt: skip
NOTHING: Any = None
ABILITIES: Any = SimpleNamespace(schemas=list)


class Noted:
    """Passes a value's attributes on, and notes which were asked for."""

    def __init__(self, value: Any) -> None:
        self._value, self.asked = value, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return getattr(self._value, name)


class Sent(list[dict[str, Any]]):
    """What a socket was sent."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Open no socket, and keep what it is sent."""
    sent = Sent()

    async def nothing(*args: Any, **kwargs: Any) -> None:
        """Do nothing."""

    async def send(self: SocketVoice, message: dict[str, Any]) -> None:
        sent.append(message)

    for name in ("_connect", "_obey", "_listen"):
        monkeypatch.setattr(SocketVoice, name, nothing, raising=False)
    monkeypatch.setattr(MediaStreamsVoice, "_listen", nothing)
    monkeypatch.setattr(Bridge, "start", nothing)
    monkeypatch.setattr(SocketVoice, "_send", send)
    return sent


def instructed(kind: str, **agent: Any) -> tuple[Any, Noted, Noted]:
    """Return instructions that note what is read of them, and of their provider."""
    key = "" if kind == "elevenlabs" else "k"  # without one, its address is not asked for
    provider = {"kind": kind, "key": key, "agentId": "a", "endpoint": "wss://b.example", "sttUrl": "https://s.example"}
    real = told(agent=agent, provider={**provider, "ttsUrl": "https://t.example"})
    noted, of_provider = Noted(real), Noted(real.provider)
    noted.provider = of_provider  # type: ignore[attr-defined]
    return noted, noted, of_provider


async def speak(kind: str, told: Any, conversation: Conversation) -> None:
    """Bring a provider as far as its first word."""
    room: Any = SimpleNamespace(on=lambda *_: None, off=lambda *_: None)
    if kind == "openai":
        await openai_realtime.realtime_voice(told, room, conversation, ABILITIES)._close()
    elif kind == "pipeline":
        await pipeline.pipeline_voice(told, room, conversation, ABILITIES)._close()
    else:
        voice: Any = (
            elevenlabs.ElevenLabsVoice(told, room, conversation, ABILITIES)
            if kind == "elevenlabs"
            else media_streams.MediaStreamsVoice(told, room, conversation)
        )
        await voice.start("phone")
        await voice.greet()
        await voice._http.close()


@pytest.mark.parametrize("kind", AiProvider.values)
async def test_a_provider_reads_the_fields_that_are_said_to_be_used(
    conversation: Conversation, sent: Sent, kind: str
) -> None:
    told, _, of_provider = instructed(kind)
    await speak(kind, told, conversation)
    used = {name for name, field in PROVIDER_FIELDS.items() if kind in USED_BY[field]}
    assert of_provider.asked & PROVIDER_FIELDS.keys() == used


# A greeting of the models is said later (test_spoken), and words by ElevenLabs' synthesis too (test_elevenlabs).
AT_ONCE = {
    "openai": {"prompt", "voice", "language_code"},
    "pipeline": {"prompt", "voice", "language_code"},
    "elevenlabs": {"prompt", "greeting", "language_code"},
    "custom": {"prompt", "greeting", "voice", "language"},
}


@pytest.mark.parametrize("kind", AiProvider.values)
async def test_every_provider_is_told_who_the_agent_is(conversation: Conversation, sent: Sent, kind: str) -> None:
    told, read, _ = instructed(kind, systemPrompt="Be kind.", voice="v", language="de-AT")
    await speak(kind, told, conversation)
    assert AT_ONCE[kind] <= read.asked


async def test_an_elevenlabs_agent_speaks_the_language_that_is_set(conversation: Conversation, sent: Sent) -> None:
    told, _, _ = instructed("elevenlabs", language="de-AT", greeting="", systemPrompt="")
    await speak("elevenlabs", told, conversation)
    assert sent[0]["conversation_config_override"] == {"agent": {"language": "de"}}


async def test_realtime_writes_down_the_language_that_is_set(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, Any] = {}
    monkeypatch.setattr(openai_realtime, "RealtimeModel", lambda **given: made.update(given) or RealtimeModel(**given))
    for language, code in (("de-AT", "de"), ("", None)):
        await speak("openai", instructed("openai", language=language)[0], conversation)
        assert made["input_audio_transcription"].language == code
