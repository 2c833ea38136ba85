"""Check agents' credentials and the workspaces' keys with AI providers, again later if one did not respond.

An agent's are checked at once in a request of the dialect that promises it.
"""

import random
import time
from datetime import datetime, timedelta
from itertools import zip_longest
from uuid import UUID

from django.utils import timezone

from accounts.services.external_leases import in_turn
from agents.choices import ProviderCheck
from agents.providers.checks import Credentials, Verdict
from agents.vendors.checks import ask
from telephony.models import Agent, ProviderKey
from voxa.core.errors import ServiceError

Checked = Agent | ProviderKey
FIRST, AT_MOST = 60.0, 3600.0  # seconds until the next check
MOST = 500  # agents, and keys, that one sweep looks at


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
    """Check the agents and keys that are due, longest waiting of each workspace first; return how many.

    Start no check after the time limit. Workspaces take turns, so that none waits for another's second agent; keys and
    agents too.
    """
    end, done = time.monotonic() + seconds, 0
    for pair in zip_longest(_due(Agent), _due(ProviderKey)):
        for pk, model in filter(None, pair):
            if time.monotonic() > end:
                return done
            done += check_again(pk, model)
    return done


def _due(model: type[Checked]) -> list[tuple[UUID, type[Checked]]]:
    due = model._default_manager.filter(provider_check_due_at__lte=timezone.now())
    first = in_turn(due, "workspace_id", "provider_check_due_at").values_list("pk", flat=True)[:MOST]
    return [(pk, model) for pk in first]


def check_again(pk: UUID, model: type[Checked] = Agent) -> bool:
    """Check one agent or key unless another worker has it; return whether it was checked."""
    rows = model._default_manager.filter(pk=pk)
    row = rows.filter(provider_check_due_at__lte=timezone.now()).first()
    if row is None:
        return False
    claim = _later(row.provider_check_failures)
    if not rows.filter(provider_check_due_at=row.provider_check_due_at).update(provider_check_due_at=claim):
        return False
    outcome = _of_agent(row) if isinstance(row, Agent) else _of_key(row)
    # Credentials entered in the meantime have another due time, so this result is not written over theirs.
    return bool(rows.filter(provider_check_due_at=claim).update(**outcome))


def _of_agent(agent: Agent) -> dict[str, object]:
    credentials = Credentials.of(agent)
    verdict = credentials.ask() if credentials else Verdict(ProviderCheck.UNVERIFIED)
    outcome = _outcome(verdict, agent.provider_check_failures)
    return outcome if credentials else {**outcome, "provider_check_due_at": None}


def _of_key(key: ProviderKey) -> dict[str, object]:
    check, words = ask(key.provider, key.account)
    outcome = _outcome(Verdict(check), key.provider_check_failures)
    return {**outcome, "provider_checked_at": timezone.now(), "provider_answer": words[:200]}


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
