"""Voices for agents, one module per provider."""

from collections.abc import Callable

from livekit import rtc

from agents.worker.abilities import Abilities
from agents.worker.conversation import Conversation
from agents.worker.instructions import Instructions
from agents.worker.providers.base import Voice
from agents.worker.providers.elevenlabs import ElevenLabsVoice
from agents.worker.providers.media_streams import MediaStreamsVoice
from agents.worker.providers.openai_realtime import realtime_voice
from agents.worker.providers.pipeline import pipeline_voice

__all__ = ["voice_for"]

_KINDS: dict[str, Callable[[Instructions, rtc.Room, Conversation, Abilities], Voice]] = {
    "openai": realtime_voice,
    "pipeline": pipeline_voice,
    "elevenlabs": ElevenLabsVoice,
    "custom": lambda told, room, conversation, _: MediaStreamsVoice(told, room, conversation),
}


def voice_for(told: Instructions, room: rtc.Room, conversation: Conversation, abilities: Abilities) -> Voice:
    """Return the voice for a call. Raise `ProviderFailed` if the instructions are incomplete."""
    return _KINDS[told.provider.kind](told, room, conversation, abilities)
