"""Groq, by OpenAI's API: one request for what was said, and one for each sentence to say."""

import openai
from livekit.plugins import groq

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.speech.lines import Lines, chosen


def hear(told: Instructions, speech: Speech, lines: Lines) -> groq.STT:
    """Return its recognition."""
    url, language = _api(speech), told.language_code
    return groq.STT(
        api_key=speech.key,
        client=openai.AsyncClient(api_key=speech.key, base_url=url, http_client=lines.http, max_retries=0),
        detect_language=not language,
        **chosen(model=told.provider.stt_model, language=language),
    )


def speak(told: Instructions, speech: Speech, lines: Lines) -> groq.TTS:
    """Return its synthesis."""
    return groq.TTS(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=_api(speech),
        **chosen(model=told.provider.tts_model, voice=told.voice),
    )


def _api(speech: Speech) -> str:
    return f"{speech.url}/openai/v1"
