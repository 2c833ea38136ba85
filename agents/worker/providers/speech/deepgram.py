"""Deepgram."""

from livekit.plugins import deepgram

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.speech.lines import Lines, chosen


def hear(told: Instructions, speech: Speech, lines: Lines) -> deepgram.STT:
    """Return its recognition."""
    return deepgram.STT(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=f"{speech.url}/v1/listen",
        language=told.language or "multi",
        **chosen(model=told.provider.stt_model),
    )


def speak(told: Instructions, speech: Speech, lines: Lines) -> deepgram.TTS:
    """Return its synthesis. A voice is a model there."""
    return deepgram.TTS(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=f"{speech.url}/v1/speak",
        **chosen(model=told.voice or told.provider.tts_model),
    )
