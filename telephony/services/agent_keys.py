"""Which keys an agent's providers get: those of the workspace, or the agent's own.

A key of the workspace goes to its own provider and URL only. So whoever may change agents, but does not know the key,
cannot have it sent elsewhere.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from agents.choices import AiProvider, KeyProvider
from telephony.models import Agent, ProviderKey
from telephony.models.agent import KEYS
from telephony.services.agent_use import chosen_row
from telephony.services.errors import Problems
from voxa.core.destinations import same_url

SPEECH = {"stt_key": "stt_provider", "tts_key": "tts_provider"}  # by a reference to a key: whose it must be
_URLS = {"stt_key": "stt_url", "tts_key": "tts_url"}
_KEYS_OF = {
    AiProvider.OPENAI: KeyProvider.OPENAI,
    AiProvider.PIPELINE: KeyProvider.OPENAI,
    AiProvider.ELEVENLABS: KeyProvider.ELEVENLABS,
}
BOTH = "Enter a key or choose one of the workspace, not both."


def with_keys(workspace_id: UUID, data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Return `data` with rows for the ids of keys.

    A chosen key replaces the agent's own, and the reverse. Without its provider, a key for speech is dropped.
    """
    found = dict(data)
    for reference in KEYS:
        if found.get(reference) is not None:
            found[reference] = chosen_row(ProviderKey, workspace_id, found[reference])
            if found[reference] is None:
                del found[reference]
                problems.add(reference, "The workspace has no provider key with this id.", "not_found")
    if found.get("stored_key") and found.get("provider_key"):
        problems.add("stored_key", BOTH)
    elif found.get("stored_key"):
        found["provider_key"] = None
    elif found.get("provider_key"):
        found["stored_key"] = None
    for reference, provider in SPEECH.items():
        if found.get(provider) == "":
            found.setdefault(reference, None)
    return found


def check_keys(agent: Agent, problems: Problems) -> None:
    """Note each key of the workspace that the agent's provider or URLs would send to another than its own."""
    for reference, provider in SPEECH.items():
        chosen, wanted = getattr(agent, reference), getattr(agent, provider)
        if chosen and wanted and chosen.provider != wanted:
            problems.add(reference, f"This is a key of {_label(chosen.provider)}. {_choose(wanted)}", "key_provider")
    key = agent.stored_key
    if key is None or agent.ai_provider not in AiProvider.values:
        return
    served = agent.ai_provider == AiProvider.PIPELINE and key.vendor.openai_url
    if key.provider != _KEYS_OF.get(AiProvider(agent.ai_provider)) and not served:
        words = f"This is a key of {_label(key.provider)}, which this agent's provider does not take."
        problems.add("stored_key", f"{words} Choose another key, or none.", "key_provider")
    elif not _goes_home(agent, key):
        problems.add("stored_key", _elsewhere(key), "key_destination")


def check_speech(agent: Agent, problems: Problems) -> None:
    """Note what a provider of speech lacks, and what has no effect with one."""
    if agent.ai_provider != AiProvider.PIPELINE:
        return
    for reference, provider in SPEECH.items():
        key, wanted, url = getattr(agent, reference), getattr(agent, provider), _URLS[reference]
        if key and not wanted:
            problems.add(provider, f"Enter {key.provider}, whose key is chosen, or choose no key.", "required")
        elif wanted in KeyProvider.values and not key and reference not in problems:
            problems.add(reference, f"{_choose(wanted)}", "required")
        if wanted in KeyProvider.values and getattr(agent, url):
            problems.add(url, f"{_label(wanted)} is called at its own address. Empty this URL.", "provider")


def _choose(provider: str) -> str:
    return f"Choose a key of {_label(provider)} that the workspace has under provider keys."


def _label(provider: str) -> str:
    return str(KeyProvider(provider).label)


def _goes_home(agent: Agent, key: ProviderKey) -> bool:
    more = [url for url in (agent.stt_url, agent.tts_url) if url]
    return all(same_url(url, key.home) for url in (agent.base_url, *more))


def _elsewhere(key: ProviderKey) -> str:
    if key.home:
        return f"This key is sent to {key.home} only. Enter that base URL and no other URL, or choose another key."
    label = "OpenAI" if key.provider == KeyProvider.OPENAI else _label(key.provider)
    return f"This key is sent to {label} only. Empty the agent's URLs, or choose another key."
