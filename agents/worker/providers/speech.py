"""Speech by LiveKit's plugins: recognized while it is spoken, and spoken while it is written.

Each plugin is a package of its own, which a worker may lack.
"""

from importlib import import_module
from typing import Any

import aiohttp
from livekit.agents import stt, tts

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.base import ProviderFailed

NAMES = {"deepgram": "Deepgram", "cartesia": "Cartesia", "elevenlabs": "ElevenLabs", "assemblyai": "AssemblyAI"}


def _plugin(name: str) -> Any:
    try:
        return import_module(f"livekit.plugins.{name}")
    except ImportError:
        return None


# Imported with the worker, not in a call.
_PLUGINS = {name: _plugin(name) for name in NAMES}
MISSING = tuple(f"livekit-plugins-{name}" for name, plugin in _PLUGINS.items() if plugin is None)


def check(*chosen: Speech | None) -> None:
    """Raise `ProviderFailed` without the package or key of a provider."""
    for speech in filter(None, chosen):
        name = NAMES[speech.provider]
        if not speech.key:
            raise ProviderFailed(f"The agent has no key of {name} for speech.")
        if _PLUGINS[speech.provider] is None:
            raise ProviderFailed(f"The worker cannot use {name}: install livekit-plugins-{speech.provider} there.")


def recognizer(told: Instructions, speech: Speech, http: aiohttp.ClientSession) -> stt.STT[Any]:
    """Return a streaming speech recognition of a provider that was checked."""
    plugin, model, language = _PLUGINS[speech.provider], told.provider.stt_model, told.language
    given: dict[str, Any] = {"api_key": speech.key, "http_session": http}
    if speech.provider == "deepgram":
        given |= {"base_url": f"{speech.url}/v1/listen", "language": language or "multi"}
    elif speech.provider == "cartesia":
        given |= {"base_url": speech.url, "language": told.language_code or None}
    elif speech.provider == "elevenlabs":
        model = model or "scribe_v2_realtime"
        given |= {"base_url": f"{speech.url}/v1"}
        given |= {"language_code": told.language_code} if language else {}
    else:
        given |= {"base_url": speech.url.replace("http", "ws", 1)}
        given |= {"language_codes": told.language_code} if language and not model else {}
    recognition: stt.STT[Any] = plugin.STT(**given, **({"model": model} if model else {}))
    return recognition


def synthesizer(told: Instructions, speech: Speech, http: aiohttp.ClientSession) -> tts.TTS[Any]:
    """Return a streaming speech synthesis of a provider that was checked."""
    plugin, model, voice = _PLUGINS[speech.provider], told.provider.tts_model, told.voice
    given: dict[str, Any] = {"api_key": speech.key, "http_session": http}
    if speech.provider == "deepgram":
        model = voice or model  # a voice is a model there
        given |= {"base_url": f"{speech.url}/v1/speak"}
    elif speech.provider == "cartesia":
        given |= {"base_url": speech.url, "language": told.language_code or "en"}
        given |= {"voice": voice} if voice else {}
    else:
        given |= {"base_url": f"{speech.url}/v1"}
        given |= {"voice_id": voice} if voice else {}
        given |= {"language": told.language_code} if told.language else {}
    synthesis: tts.TTS[Any] = plugin.TTS(**given, **({"model": model} if model else {}))
    return synthesis
