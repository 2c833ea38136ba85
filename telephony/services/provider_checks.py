"""Check agents' credentials with their AI providers: at once in a request, later if the provider did not respond."""

import random
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.services.external_leases import in_turn
from agents.choices import ProviderCheck
from agents.providers.checks import Credentials, Verdict
from telephony.models import Agent
from voxa.core.errors import ServiceError

FIRST, AT_MOST = 60.0, 3600.0  # seconds until the next check


class ProviderRefused(ServiceError):
    """The AI provider rejects the credentials; `field` is the agent's field."""


def check_now(agent: Agent) -> None:
    """Check an unsaved agent with the provider and set the result on it. Never call it in a transaction.

    If the provider does not respond, the agent stays unverified and is rechecked. Raise `ProviderRefused`.
    """
    credentials = Credentials.of(agent)
    if credentials is None:
        return
    verdict = credentials.ask()
    if verdict.check == ProviderCheck.REFUSED:
        words = "The AI provider rejects this value. Copy it from the provider again."
        raise ProviderRefused("invalid_provider_credentials", words, verdict.field)
    for name, value in _outcome(verdict, agent.provider_check_failures).items():
        setattr(agent, name, value)


def check_due(seconds: float) -> int:
    """Check the agents that are due, longest waiting of each workspace first; return how many.

    Start no check after the time limit. Workspaces take turns, so that none waits for another's second agent.
    """
    end, done = time.monotonic() + seconds, 0
    due = Agent.objects.filter(provider_check_due_at__lte=timezone.now())
    for pk in list(in_turn(due, "workspace_id", "provider_check_due_at").values_list("pk", flat=True)[:500]):
        if time.monotonic() > end:
            break
        done += check_again(pk)
    return done


def check_again(agent_id: UUID) -> bool:
    """Check one agent unless another worker has it; return whether it was checked."""
    agent = Agent.objects.filter(pk=agent_id, provider_check_due_at__lte=timezone.now()).first()
    if agent is None:
        return False
    claim = _later(agent.provider_check_failures)
    mine = Agent.objects.filter(pk=agent_id, provider_check_due_at=agent.provider_check_due_at)
    if not mine.update(provider_check_due_at=claim):
        return False
    credentials = Credentials.of(agent)
    verdict = credentials.ask() if credentials else Verdict(ProviderCheck.UNVERIFIED)
    outcome = _outcome(verdict, agent.provider_check_failures)
    if credentials is None:
        outcome["provider_check_due_at"] = None
    # Credentials entered in the meantime have another due time, so this result is not written over theirs.
    return bool(Agent.objects.filter(pk=agent_id, provider_check_due_at=claim).update(**outcome))


def _outcome(verdict: Verdict, failures: int) -> dict[str, object]:
    if verdict.check == ProviderCheck.UNVERIFIED:
        return {
            "provider_check": verdict.check,
            "provider_check_failures": min(failures + 1, 100),
            "provider_check_due_at": _later(failures),
        }
    return {
        "provider_check": verdict.check,
        "provider_checked_at": timezone.now(),
        "provider_check_failures": 0,
        "provider_check_due_at": None,
    }


def _later(failures: int) -> datetime:
    """Return a wait that doubles with each failure, with jitter."""
    seconds = min(FIRST * 2 ** min(failures, 16), AT_MOST)
    return timezone.now() + timedelta(seconds=seconds * random.uniform(0.5, 1))
