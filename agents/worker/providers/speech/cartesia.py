"""Cartesia."""

from livekit.plugins import cartesia

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.speech.lines import Lines, chosen


def hear(told: Instructions, speech: Speech, lines: Lines) -> cartesia.STT:
    """Return its recognition."""
    return cartesia.STT(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=speech.url,
        language=told.language_code or None,
        **chosen(model=told.provider.stt_model),
    )


def speak(told: Instructions, speech: Speech, lines: Lines) -> cartesia.TTS:
    """Return its synthesis."""
    return cartesia.TTS(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=speech.url,
        language=told.language_code or "en",
        **chosen(model=told.provider.tts_model, voice=told.voice),
    )
