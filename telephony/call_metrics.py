"""What the calls of agents came to today. The room of calls, which telephony does not know, registers who can tell."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Workspace


@dataclass(frozen=True, slots=True)
class CallMetrics:
    """Calls since midnight; per cent completed of those that ended; average time until the answer."""

    calls: int = 0
    success_rate: float = 0.0
    milliseconds_to_answer: int = 0


Source = Callable[[Workspace, Collection[UUID]], Mapping[UUID, CallMetrics]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Register the function that returns the metrics of agents, by their ids."""
    if source not in _sources:
        _sources.append(source)


def metrics_of(workspace: Workspace, agent_ids: Collection[UUID]) -> dict[UUID, CallMetrics]:
    """Return the metrics of those agents that had calls."""
    found: dict[UUID, CallMetrics] = {}
    for source in _sources:
        found.update(source(workspace, agent_ids))
    return found
