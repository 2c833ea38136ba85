"""The AI providers, an adapter each. To add one, write its module and name it here."""

from agents.choices import AiProvider
from agents.providers import custom, elevenlabs, openai, pipeline
from agents.providers.base import Provider

PROVIDERS: dict[str, Provider] = {
    AiProvider.OPENAI: openai.ADAPTER,
    AiProvider.PIPELINE: pipeline.ADAPTER,
    AiProvider.ELEVENLABS: elevenlabs.ADAPTER,
    AiProvider.CUSTOM: custom.ADAPTER,
}
