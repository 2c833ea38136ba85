"""AI providers: asking one whether it takes an agent's credentials."""

from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import quote

from django.conf import settings

from telephony.choices import AiProvider, ProviderCheck
from telephony.models import Agent
from voxa.outbound import Limits, OutboundError, Policy, send

# The operator chose these addresses, so a provider's stand-in within the own network is fine, and plain HTTP too.
_ANYWHERE = Policy((ip_network("0.0.0.0/0"), ip_network("::/0")), allow_http=True)
_LIMITS = Limits(connect=2.0, read=2.5, total=2.5, max_bytes=1_024)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the provider said; `field` is the agent's field that it refuses."""

    check: ProviderCheck
    field: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an agent shows to its provider. Never shown in a repr."""

    provider: AiProvider
    key: str = field(repr=False)
    agent_id: str = ""

    @classmethod
    def of(cls, agent: Agent) -> "Credentials | None":
        """Return what can be checked of an agent, None where nothing can."""
        provider = AiProvider(agent.ai_provider)
        if not agent.provider_key or provider not in (AiProvider.OPENAI, AiProvider.ELEVENLABS):
            return None
        if agent.base_url:
            return None  # the key is for there, and shown to nobody else
        if provider == AiProvider.ELEVENLABS and not agent.provider_agent_id:
            return None
        return cls(provider, agent.provider_key, agent.provider_agent_id)

    def ask(self) -> Verdict:
        """Ask the provider, within 2.5 s. Never in a transaction.

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
        if status in (404, 422) and self.provider == AiProvider.ELEVENLABS:  # no agent has this id
            return Verdict(ProviderCheck.REFUSED, "provider_agent_id")
        return Verdict(ProviderCheck.UNVERIFIED)


def _status(url: str, headers: dict[str, str]) -> int | None:
    """Return the status of the answer, None where there was none."""
    try:
        return send("GET", url, policy=_ANYWHERE, headers=headers, limits=_LIMITS).status
    except OutboundError:
        return None
