"""Speech by LiveKit's plugins: recognized while it is spoken, and spoken while it is written.

Each plugin is a package of its own, which a worker may lack. A module here uses one, and is imported with the first
conversation that needs it.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from livekit.agents import stt, tts

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.base import ProviderFailed
from agents.worker.providers.speech.lines import Lines

NAMES = {
    "deepgram": "Deepgram",
    "cartesia": "Cartesia",
    "elevenlabs": "ElevenLabs",
    "assemblyai": "AssemblyAI",
    "groq": "Groq",
    "azure": "Azure Speech",
    "xai": "xAI",
    "google": "Google Cloud",
}


@cache
def installed() -> tuple[str, ...]:
    """Return the providers whose package this worker has."""
    return tuple(name for name in NAMES if find_spec(f"livekit.plugins.{name}"))


def check(*chosen: Speech | None) -> None:
    """Raise `ProviderFailed` without the package or key of a provider."""
    for speech in filter(None, chosen):
        if speech.provider not in NAMES:
            raise ProviderFailed(f"The worker does not know the speech of {speech.provider}: update it.")
        name = NAMES[speech.provider]
        if not speech.key:
            raise ProviderFailed(f"The agent has no key of {name} for speech.")
        try:
            _module(speech.provider)
        except (ImportError, OSError):  # OSError: a library of the system is missing
            words = f"The worker cannot use {name}: install livekit-plugins-{speech.provider} there."
            raise ProviderFailed(words) from None


def recognizer(told: Instructions, speech: Speech, lines: Lines) -> stt.STT[Any]:
    """Return the speech recognition of a provider that was checked."""
    recognition: stt.STT[Any] = _module(speech.provider).hear(told, speech, lines)
    return recognition


def synthesizer(told: Instructions, speech: Speech, lines: Lines) -> tts.TTS[Any]:
    """Return the speech synthesis of a provider that was checked."""
    synthesis: tts.TTS[Any] = _module(speech.provider).speak(told, speech, lines)
    return synthesis


def _module(provider: str) -> Any:
    return import_module(f"{__name__}.{provider}")
