"""Check agents' credentials with their AI providers."""

from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import quote

from django.conf import settings

from telephony.choices import AiProvider, ProviderCheck
from telephony.models import Agent
from voxa.core.http.outbound import Limits, OutboundError, Policy, send

# The operator set these addresses, so private networks and plain HTTP are allowed.
_ANYWHERE = Policy((ip_network("0.0.0.0/0"), ip_network("::/0")), allow_http=True)
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
    def of(cls, agent: Agent) -> "Credentials | None":
        """Return the credentials to check, or None if there are none."""
        provider = AiProvider(agent.ai_provider)
        if not agent.provider_key or provider not in (AiProvider.OPENAI, AiProvider.ELEVENLABS):
            return None
        if agent.base_url:
            return None  # the key belongs to that URL and is sent nowhere else
        if provider == AiProvider.ELEVENLABS and not agent.provider_agent_id:
            return None
        return cls(provider, agent.provider_key, agent.provider_agent_id)

    def ask(self) -> Verdict:
        """Check the credentials within 2.5 s. Never call it in a transaction.

        OpenAI: https://platform.openai.com/docs/api-reference/models/list
        ElevenLabs: https://elevenlabs.io/docs/api-reference/agents/get
        """
        if self.provider == AiProvider.OPENAI:
            status = _status(f"{settings.OPENAI_BASE_URL}/models", {"Authorization": f"Bearer {self.key}"})
        else:
            path = f"/v1/convai/agents/{quote(self.agent_id, safe='')}"
            status = _status(f"{settings.ELEVENLABS_BASE_URL}{path}", {"xi-api-key": self.key})
        if status is not None and 200 <= status < 300:
            return Verdict(ProviderCheck.VALID)
        if status in (401, 403):
            return Verdict(ProviderCheck.REFUSED, "provider_key")
        if status in (404, 422) and self.provider == AiProvider.ELEVENLABS:  # unknown agent id
            return Verdict(ProviderCheck.REFUSED, "provider_agent_id")
        return Verdict(ProviderCheck.UNVERIFIED)


def _status(url: str, headers: dict[str, str]) -> int | None:
    """Return the HTTP status, or None without a response."""
    try:
        return send("GET", url, policy=_ANYWHERE, headers=headers, limits=_LIMITS).status
    except OutboundError:
        return None
