"""What an adapter says of its AI provider."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

# The fields of an agent that only some providers use. Every other field is used with all of them.
BOT = frozenset({"voicemail_action", "voicemail_message", "silence_prompt", "tools", "transfers", "sends_digits"})
ANALYSIS = frozenset({"analyzes_calls", "analysis_model", "analysis_schema", "analysis_template"})
EMBEDS = frozenset({"embedding_model"})
SPEECH = ("stt", "tts")
SOME_USE = BOT | ANALYSIS | EMBEDS | {
    "stored_key", "provider_agent_id", "custom_endpoint", "base_url", "stt_url", "tts_url",
    "llm_model", "stt_model", "tts_model", "stt_provider", "stt_key", "tts_provider", "tts_key",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """A GET that tells whether the provider accepts a key: 2xx yes, 401 and 403 no. It must not cost money.

    `request` returns URL and headers for key and agent ID; `unknown_agent` are the statuses for an unknown agent ID.
    """

    request: Callable[[str, str], tuple[str, dict[str, str]]]
    unknown_agent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Provider:
    """`uses` are those fields of `SOME_USE` that have an effect, `needs` those that an agent cannot speak without.

    A `provider_key` that is needed may be the agent's own or one of the workspace.
    `base_url` returns the address that the operator set for it, and `key_check` is None where
    a key cannot be checked. `own_placeholders` are prefixes of the placeholders that the provider itself replaces, and
    `metadata_is_variables` whether it gets the call's metadata as variables.
    """

    uses: frozenset[str]
    needs: tuple[str, ...]
    base_url: Callable[[], str]
    key_check: KeyCheck | None = None
    own_placeholders: tuple[str, ...] = ()
    metadata_is_variables: bool = False

    @property
    def analyzes(self) -> bool:
        """Return whether it has a language model for the analysis of calls."""
        return "analyzes_calls" in self.uses

    def lacks(self, agent: Any) -> list[str]:
        """Return the fields that an agent needs and does not have."""
        return [name for name in self.needs if not (agent.key if name == "provider_key" else getattr(agent, name))]

    def for_worker(self, agent: Any) -> dict[str, Any]:
        """Return what the worker gets of an agent. What the agent leaves out is the operator's choice."""
        ours = self.base_url()
        base = agent.base_url or ours
        speech = {name: self._speech(agent, name) for name in SPEECH}
        trusted = [ours, *(one["url"] for one in speech.values() if one and one["url"])]
        return {
            "kind": agent.ai_provider,
            "key": agent.key,
            "agentId": agent.provider_agent_id,
            "endpoint": agent.custom_endpoint,
            "baseUrl": base,
            "sttUrl": agent.stt_url or base,
            "ttsUrl": agent.tts_url or base,
            "llmModel": agent.llm_model,
            "sttModel": agent.stt_model,
            "ttsModel": agent.tts_model,
            **speech,
            "guard": {"trusted": trusted, "networks": list(settings.VOXA_OUTBOUND_ALLOW)},
        }

    def _speech(self, agent: Any, name: str) -> dict[str, str] | None:
        """Return whose plugin recognizes or speaks, with key and address; None: an OpenAI-compatible server does."""
        wanted, key = getattr(agent, f"{name}_provider"), getattr(agent, f"{name}_key")
        if not wanted or f"{name}_provider" not in self.uses:
            return None
        if key is None or key.provider != wanted:  # as in a revision of another provider
            return {"provider": wanted, "key": "", "url": ""}
        return {"provider": wanted, "key": key.key, "url": key.vendor.speech_address(key.account, name)}


def openai_url() -> str:
    """Return the operator's address of OpenAI, or of what speaks its protocol."""
    return str(settings.OPENAI_BASE_URL)
