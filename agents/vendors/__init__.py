"""The companies whose API keys a workspace may store, a module each. To add one, write its module and name it here."""

from agents.choices import KeyProvider
from agents.vendors import assemblyai, azure, cartesia, deepgram, elevenlabs, gemini, google, groq, openai, xai
from agents.vendors.base import Account, Vendor

__all__ = ["VENDORS", "Account", "Vendor"]

VENDORS: dict[str, Vendor] = {
    KeyProvider.OPENAI: openai.VENDOR,
    KeyProvider.ELEVENLABS: elevenlabs.VENDOR,
    KeyProvider.DEEPGRAM: deepgram.VENDOR,
    KeyProvider.CARTESIA: cartesia.VENDOR,
    KeyProvider.GOOGLE: google.VENDOR,
    KeyProvider.AZURE: azure.VENDOR,
    KeyProvider.ASSEMBLYAI: assemblyai.VENDOR,
    KeyProvider.GROQ: groq.VENDOR,
    KeyProvider.XAI: xai.VENDOR,
    KeyProvider.GEMINI: gemini.VENDOR,
}
