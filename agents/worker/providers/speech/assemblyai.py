"""AssemblyAI, which does not speak. Its default model alone takes a language."""

from livekit.plugins import assemblyai

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.speech.lines import Lines, chosen


def hear(told: Instructions, speech: Speech, lines: Lines) -> assemblyai.STT:
    """Return its recognition."""
    model = told.provider.stt_model
    return assemblyai.STT(
        api_key=speech.key,
        http_session=lines.sockets,
        base_url=speech.url.replace("http", "ws", 1),
        **(chosen(model=model) or chosen(language_codes=told.language_code)),
    )
