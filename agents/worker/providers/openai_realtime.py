"""OpenAI's Realtime API, or a compatible one: one model hears and speaks."""

from livekit import rtc
from livekit.agents import AgentSession
from livekit.plugins.openai.realtime import RealtimeModel
from openai.types.realtime import AudioTranscription
from openai.types.realtime.realtime_audio_input_turn_detection import SemanticVad

from agents.worker.abilities import Abilities
from agents.worker.conversation import Conversation
from agents.worker.guard import Guard
from agents.worker.instructions import Instructions
from agents.worker.providers.base import ProviderFailed
from agents.worker.providers.spoken import CONNECTING, ONE_RETRY, SpokenVoice

LISTENS = SemanticVad(type="semantic_vad", create_response=False, interrupt_response=False)
MODEL, VOICE, TRANSCRIPTION = "gpt-realtime", "marin", "gpt-4o-mini-transcribe"


def realtime_voice(told: Instructions, room: rtc.Room, conversation: Conversation, abilities: Abilities) -> SpokenVoice:
    """Return a voice of one model. Raise `ProviderFailed` without a key."""
    provider = told.provider
    if not provider.key:
        raise ProviderFailed("The agent has no provider key.")
    http = Guard(provider).websockets()
    transcription = AudioTranscription(model=provider.stt_model or TRANSCRIPTION)
    if told.language:
        transcription.language = told.language_code
    model = RealtimeModel(
        model=provider.llm_model or MODEL,
        voice=told.voice or VOICE,
        base_url=provider.base_url,
        api_key=provider.key,
        http_session=http,
        input_audio_transcription=transcription,
        conn_options=ONE_RETRY,
    )
    session: AgentSession[None] = AgentSession(
        llm=model,
        turn_handling={"turn_detection": "realtime_llm", "interruption": {"mode": "vad"}},
        aec_warmup_duration=None,
        user_away_timeout=None,
        conn_options=CONNECTING,
    )

    def hush() -> None:
        model.update_options(turn_detection=LISTENS)

    return SpokenVoice(told, room, conversation, abilities, session, http.close, says_words=False, hush=hush)
