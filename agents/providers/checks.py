"""Check agents' credentials with their AI providers."""

from dataclasses import dataclass, field
from typing import Any

from agents.choices import AiProvider, ProviderCheck
from agents.providers import PROVIDERS
from voxa.core import safe_http
from voxa.core.http.outbound import Limits, OutboundError, send

_LIMITS = Limits(connect=2.0, read=2.5, total=2.5, max_bytes=1_024)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check; `field` is the agent's rejected field."""

    check: ProviderCheck
    field: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of an agent. The repr hides them."""

    provider: AiProvider
    key: str = field(repr=False)
    agent_id: str = ""

    @classmethod
    def of(cls, agent: Any) -> "Credentials | None":
        """Return the credentials to check, or None if there are none."""
        provider = PROVIDERS[agent.ai_provider]
        if provider.key_check is None or provider.lacks(agent):
            return None
        if agent.base_url:
            return None  # the key belongs to that URL and is sent nowhere else
        return cls(AiProvider(agent.ai_provider), agent.key, agent.provider_agent_id)

    def ask(self) -> Verdict:
        """Check the credentials within 2.5 s. Never call it in a transaction."""
        check = PROVIDERS[self.provider].key_check
        status = _status(*check.request(self.key, self.agent_id)) if check else None
        if status is not None and 200 <= status < 300:
            return Verdict(ProviderCheck.VALID)
        if status in (401, 403):
            return Verdict(ProviderCheck.REFUSED, "provider_key")
        if check and status in check.unknown_agent:
            return Verdict(ProviderCheck.REFUSED, "provider_agent_id")
        return Verdict(ProviderCheck.UNVERIFIED)


def _status(url: str, headers: dict[str, str]) -> int | None:
    """Return the HTTP status, or None without a response."""
    try:
        return send("GET", url, policy=safe_http.ANYWHERE, headers=headers, limits=_LIMITS).status
    except OutboundError:
        return None
