"""Today's metrics of agents' calls. The calls app, which telephony does not import, registers the source."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Workspace


@dataclass(frozen=True, slots=True)
class CallMetrics:
    """Calls since midnight, percentage completed of those that ended, average time until the answer."""

    calls: int = 0
    success_rate: float = 0.0
    milliseconds_to_answer: int = 0


Source = Callable[[Workspace, Collection[UUID]], Mapping[UUID, CallMetrics]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Register the function that returns metrics by agent id."""
    if source not in _sources:
        _sources.append(source)


def metrics_of(workspace: Workspace, agent_ids: Collection[UUID]) -> dict[UUID, CallMetrics]:
    """Return the metrics of agents with calls."""
    found: dict[UUID, CallMetrics] = {}
    for source in _sources:
        found.update(source(workspace, agent_ids))
    return found
