"""Checks of queues: whether a worker consumes each."""

from collections.abc import Iterator

from telephony.services.queues import missed, unseen_queues
from voxa.core.doctor.findings import Finding
from voxa.core.doctor.registry import Scope


def look(scope: Scope) -> Iterator[Finding]:
    """Report queues without a worker for a minute."""
    for name, since in unseen_queues().items():
        what, remedy = missed(name, since)
        yield Finding("processes.queue_unseen", what, remedy)
