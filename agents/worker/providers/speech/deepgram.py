"""Deepgram."""

from livekit.plugins import deepgram

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.speech.lines import Lines, chosen


def hear(told: Instructions, speech: Speech, lines: Lines) -> deepgram.STT:
    """Return its recognition. It is told when the caller stops speaking, so that its own endpointing costs no time."""
    recognition = deepgram.STT(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=f"{speech.url}/v1/listen",
        language=told.language or "multi",
        **chosen(model=told.provider.stt_model),
    )
    # The plugin answers a flush with Deepgram's Finalize, but does not say that it can be flushed.
    recognition.capabilities.manual_flush = True
    return recognition


def speak(told: Instructions, speech: Speech, lines: Lines) -> deepgram.TTS:
    """Return its synthesis. A voice is a model there."""
    return deepgram.TTS(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=f"{speech.url}/v1/speak",
        **chosen(model=told.voice or told.provider.tts_model),
    )
