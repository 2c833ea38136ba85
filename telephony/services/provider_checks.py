"""Checks of agents' credentials with their AI providers: at once where someone waits, later where nobody answered."""

import random
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.errors import ServiceError
from accounts.services.external_leases import in_turn
from telephony.choices import ProviderCheck
from telephony.models import Agent
from telephony.providers import Credentials, Verdict

FIRST, AT_MOST = 60.0, 3600.0  # seconds until the next try


class ProviderRefused(ServiceError):
    """The AI provider does not take the credentials; `field` is the agent's field at fault."""


def check_now(agent: Agent) -> None:
    """Ask the provider about an agent that is not saved yet, and note what it said on it. Never in a transaction.

    A provider that does not answer leaves the agent unverified, to be checked again. Raises ProviderRefused.
    """
    credentials = Credentials.of(agent)
    if credentials is None:
        return
    verdict = credentials.ask()
    if verdict.check == ProviderCheck.REFUSED:
        words = "The AI provider does not accept it. Look it up at the provider, and enter it anew."
        raise ProviderRefused("invalid_provider_credentials", words, verdict.field)
    for name, value in _outcome(verdict, agent.provider_check_failures).items():
        setattr(agent, name, value)


def check_due(seconds: float) -> int:
    """Check the agents whose time has come, each workspace's longest waiting first; return how many.

    Begins none after so long. One is asked at a time, so that no workspace ever waits behind another's second agent.
    """
    end, done = time.monotonic() + seconds, 0
    due = Agent.objects.filter(provider_check_due_at__lte=timezone.now())
    for pk in list(in_turn(due, "workspace_id", "provider_check_due_at").values_list("pk", flat=True)[:500]):
        if time.monotonic() > end:
            break
        done += check_again(pk)
    return done


def check_again(agent_id: UUID) -> bool:
    """Check one agent, unless someone else is at it; return whether it was checked."""
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
    # Other credentials entered meanwhile have a due time of their own, so that this is not written over theirs.
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
    """Double the wait with each failure, with jitter so that many do not come back at once."""
    seconds = min(FIRST * 2 ** min(failures, 16), AT_MOST)
    return timezone.now() + timedelta(seconds=seconds * random.uniform(0.5, 1))
