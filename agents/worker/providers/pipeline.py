"""Speech recognition, a language model and speech synthesis, each over an OpenAI-compatible API."""

import openai
from livekit import rtc
from livekit.agents import AgentSession
from livekit.plugins.openai import LLM, STT, TTS

from agents.worker.abilities import Abilities
from agents.worker.conversation import Conversation
from agents.worker.guard import Guard
from agents.worker.instructions import Instructions
from agents.worker.providers.base import PATIENCE
from agents.worker.providers.spoken import CONNECTING, SpokenVoice

STT_MODEL, LLM_MODEL, TTS_MODEL, VOICE = "gpt-4o-mini-transcribe", "gpt-4.1-mini", "gpt-4o-mini-tts", "alloy"
NO_KEY = "none"  # the library requires a key; self-hosted models often do not


def pipeline_voice(told: Instructions, room: rtc.Room, conversation: Conversation, abilities: Abilities) -> SpokenVoice:
    """Return a voice of three models."""
    provider = told.provider
    http = Guard(provider).http(read_seconds=PATIENCE)

    def client(url: str) -> openai.AsyncClient:
        return openai.AsyncClient(api_key=provider.key or NO_KEY, base_url=url, http_client=http, max_retries=0)

    language = told.language_code
    stt = STT(
        model=provider.stt_model or STT_MODEL,
        client=client(provider.stt_url),
        use_realtime=False,
        **({"language": language} if language else {"detect_language": True}),
    )
    model = LLM(model=provider.llm_model or LLM_MODEL, client=client(provider.base_url), _strict_tool_schema=False)
    tts = TTS(
        model=provider.tts_model or TTS_MODEL,
        voice=told.voice or VOICE,
        client=client(provider.tts_url),
        response_format="wav",  # its header has the sample rate, which differs between models
    )
    session: AgentSession[None] = AgentSession(
        stt=stt,
        llm=model,
        tts=tts,
        turn_handling={"turn_detection": "vad", "interruption": {"mode": "vad"}},
        aec_warmup_duration=None,  # phones cancel their echo
        user_away_timeout=None,
        conn_options=CONNECTING,
    )
    return SpokenVoice(told, room, conversation, abilities, session, http.aclose, says_words=True)
