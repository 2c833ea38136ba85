"""Speech recognition, a language model and speech synthesis.

Each is over an OpenAI-compatible API; speech may be by LiveKit's plugin of a provider that streams it.
"""

from collections.abc import Callable
from typing import Any

import openai
from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents import stt as recognition
from livekit.agents import tts as synthesis
from livekit.plugins.openai import LLM, STT, TTS

from agents.worker.abilities import Abilities
from agents.worker.conversation import Conversation
from agents.worker.guard import Guard
from agents.worker.instructions import Instructions
from agents.worker.providers.base import PATIENCE
from agents.worker.providers.speech import check, recognizer, synthesizer
from agents.worker.providers.speech.lines import Lines
from agents.worker.providers.spoken import CONNECTING, SpokenVoice

STT_MODEL, LLM_MODEL, TTS_MODEL, VOICE = "gpt-4o-mini-transcribe", "gpt-4.1-mini", "gpt-4o-mini-tts", "alloy"
NO_KEY = "none"  # the library requires a key; self-hosted models often do not
Client = Callable[[str], openai.AsyncClient]


def pipeline_voice(told: Instructions, room: rtc.Room, conversation: Conversation, abilities: Abilities) -> SpokenVoice:
    """Return a voice of three models. Raise `ProviderFailed` if a provider of speech cannot be used."""
    provider, guard = told.provider, Guard(told.provider)
    check(provider.stt, provider.tts)
    lines = Lines.through(guard, PATIENCE)

    def client(url: str) -> openai.AsyncClient:
        return openai.AsyncClient(api_key=provider.key or NO_KEY, base_url=url, http_client=lines.http, max_retries=0)

    stt = recognizer(told, provider.stt, lines) if provider.stt else _stt(told, client)
    tts = synthesizer(told, provider.tts, lines) if provider.tts else _tts(told, client)

    def model() -> LLM:
        return LLM(model=provider.llm_model or LLM_MODEL, client=client(provider.base_url), _strict_tool_schema=False)

    session: AgentSession[None] = AgentSession(
        stt=stt,
        llm=model(),
        tts=tts,
        turn_handling={"turn_detection": "vad", "interruption": {"mode": "vad"}},
        aec_warmup_duration=None,  # phones cancel their echo
        user_away_timeout=None,
        conn_options=CONNECTING,
    )

    async def close() -> None:
        await stt.aclose()
        await tts.aclose()
        await lines.close()

    return SpokenVoice(told, room, conversation, abilities, session, close, says_words=True, judge=model())


def _stt(told: Instructions, client: Client) -> recognition.STT[Any]:
    provider, language = told.provider, told.language_code
    return STT(
        model=provider.stt_model or STT_MODEL,
        client=client(provider.stt_url),
        use_realtime=False,
        **({"language": language} if language else {"detect_language": True}),
    )


def _tts(told: Instructions, client: Client) -> synthesis.TTS[Any]:
    provider = told.provider
    return TTS(
        model=provider.tts_model or TTS_MODEL,
        voice=told.voice or VOICE,
        client=client(provider.tts_url),
        response_format="wav",  # its header has the sample rate, which differs between models
    )
