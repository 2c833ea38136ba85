"""Choices of who speaks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AiProvider(models.TextChoices):
    """What provides an agent's speech."""

    OPENAI = "openai", "OpenAI Realtime"
    PIPELINE = "pipeline", "STT, LLM and TTS pipeline"
    ELEVENLABS = "elevenlabs", "ElevenLabs agent"
    CUSTOM = "custom", "Custom WebSocket endpoint"


class ProviderCheck(models.TextChoices):
    """Result of checking an agent's credentials. unverified -> valid | refused; rechecked later."""

    UNVERIFIED = "unverified", _("Not checked yet")
    VALID = "valid", _("Accepted")
    REFUSED = "refused", _("Refused")


class KeyProvider(models.TextChoices):
    """Whose a provider key is."""

    OPENAI = "openai", "OpenAI or compatible"
    ELEVENLABS = "elevenlabs", "ElevenLabs"
    DEEPGRAM = "deepgram", "Deepgram"
    CARTESIA = "cartesia", "Cartesia"
    GOOGLE = "google", "Google Cloud"
    AZURE = "azure", "Azure Speech"
    ASSEMBLYAI = "assemblyai", "AssemblyAI"
    GROQ = "groq", "Groq"
    XAI = "xai", "xAI"
    GEMINI = "gemini", "Google Gemini"


class SttProvider(models.TextChoices):
    """Who recognizes speech while it is spoken."""

    DEEPGRAM = "deepgram", "Deepgram"
    CARTESIA = "cartesia", "Cartesia"
    ELEVENLABS = "elevenlabs", "ElevenLabs"
    ASSEMBLYAI = "assemblyai", "AssemblyAI"
    GROQ = "groq", "Groq"
    AZURE = "azure", "Azure Speech"
    XAI = "xai", "xAI"
    GOOGLE = "google", "Google Cloud"


class TtsProvider(models.TextChoices):
    """Who speaks text while it is written."""

    DEEPGRAM = "deepgram", "Deepgram"
    CARTESIA = "cartesia", "Cartesia"
    ELEVENLABS = "elevenlabs", "ElevenLabs"
    GROQ = "groq", "Groq"
    AZURE = "azure", "Azure Speech"
    XAI = "xai", "xAI"
    GOOGLE = "google", "Google Cloud"
