"""ElevenLabs."""

from livekit.plugins import elevenlabs

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.speech.lines import Lines, chosen


def hear(told: Instructions, speech: Speech, lines: Lines) -> elevenlabs.STT:
    """Return its recognition, by default of the model that streams."""
    return elevenlabs.STT(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=f"{speech.url}/v1",
        model=told.provider.stt_model or "scribe_v2_realtime",
        **chosen(language_code=told.language_code),
    )


def speak(told: Instructions, speech: Speech, lines: Lines) -> elevenlabs.TTS:
    """Return its synthesis."""
    return elevenlabs.TTS(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=f"{speech.url}/v1",
        **chosen(model=told.provider.tts_model, voice_id=told.voice, language=told.language_code),
    )
