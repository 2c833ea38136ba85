"""Checks of agents' provider keys."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from agents.choices import AiProvider, ProviderCheck
from agents.providers import PROVIDERS
from telephony.models import Agent
from voxa.core.doctor.findings import MOST, Finding, Severity, some
from voxa.core.doctor.registry import Scope


def look(scope: Scope) -> Iterator[Finding]:
    """Report active agents without a key or with one that the provider rejects."""
    active = scope.own(Agent.objects.filter(active=True)).select_related("workspace").order_by("-created_at")
    refused = active.filter(provider_check=ProviderCheck.REFUSED)
    yield from some(
        refused.defer("provider_key")[:MOST],
        lambda agent: _told(agent, "agents.key_refused", "rejects the API key, so its calls fail", Severity.ERROR),
        refused.count(),
        Finding(
            "agents.key_refused", "The AI providers of {more} more agents reject their API keys.", "Enter valid keys."
        ),
    )
    if settings.LIVEKIT_IS_SANDBOX:
        return  # sandbox agents have no voice
    keyed = [kind for kind, provider in PROVIDERS.items() if "provider_key" in provider.needs]
    needs_key = Q(ai_provider__in=keyed, base_url="", provider_key__isnull=True, stored_key__isnull=True)
    keyless = active.filter(needs_key)
    yield from some(
        keyless.defer("provider_key")[:MOST],
        lambda agent: _told(agent, "agents.no_key", "has no API key, so its calls fail", Severity.WARNING),
        keyless.count(),
        Finding("agents.no_key", "{more} more agents have no API key.", "Enter keys.", Severity.WARNING),
    )


def _told(agent: Agent, code: str, words: str, severity: Severity) -> Finding:
    provider = AiProvider(agent.ai_provider).label
    page = reverse("admin:telephony_agent_change", args=[agent.pk])
    what = f"Agent {agent.name}: {provider} {words}."
    return Finding(
        code, what, "Enter a valid provider API key on the agent's page.", severity, page, agent.workspace.slug
    )
