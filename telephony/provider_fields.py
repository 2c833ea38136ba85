"""Which fields of an agent its AI provider uses. Pure: what would be without effect is refused when it is given."""

from collections.abc import Iterator, Mapping
from typing import Any

from telephony.choices import AiProvider

ANALYSTS = (AiProvider.OPENAI, AiProvider.PIPELINE)  # providers with a language model for analysis
_MODELS = (AiProvider.PIPELINE,)
_BUT_BOTS = (AiProvider.OPENAI, AiProvider.PIPELINE, AiProvider.ELEVENLABS)  # a custom bot handles these itself
# Every field that is not here is used with every provider.
USED_BY: dict[str, tuple[AiProvider, ...]] = {
    "provider_agent_id": (AiProvider.ELEVENLABS,),
    "custom_endpoint": (AiProvider.CUSTOM,),
    "base_url": _BUT_BOTS,
    "stt_url": _MODELS,
    "tts_url": _MODELS,
    "llm_model": ANALYSTS,
    "stt_model": ANALYSTS,
    "tts_model": _MODELS,
    "voicemail_action": _BUT_BOTS,
    "voicemail_message": _BUT_BOTS,
    "silence_prompt": _BUT_BOTS,
    "tools": _BUT_BOTS,
    "transfers": _BUT_BOTS,
    "sends_digits": _BUT_BOTS,
    "analyzes_calls": ANALYSTS,
    "analysis_model": ANALYSTS,
    "analysis_schema": ANALYSTS,
}


def unused(provider: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Return those of the fields that are given and that this provider would not use, each with its remedy."""
    return {name: _words(provider, name) for name, value in values.items() if value and not _uses(provider, name)}


def stored_in_vain(provider: str, row: Any) -> Iterator[str]:
    """Yield the fields of an agent that hold something and that this provider does not use."""
    return (name for name in USED_BY if getattr(row, name) and not _uses(provider, name))


def _uses(provider: str, name: str) -> bool:
    return provider not in AiProvider.values or provider in USED_BY.get(name, AiProvider.values)


def _words(provider: str, name: str) -> str:
    others = " or ".join(f"{one.value} ({one.label})" for one in USED_BY[name])
    return f"The provider {provider} ({AiProvider(provider).label}) does not use it. Leave it out, or choose {others}."
