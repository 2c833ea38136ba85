"""The queues: is each taken from, seen by what was taken last."""

from collections.abc import Iterator

from telephony.services.queues import missed, unseen_queues
from voxa.doctor.findings import Finding
from voxa.doctor.registry import Scope


def look(scope: Scope) -> Iterator[Finding]:
    """Report which queues nobody took from for a minute."""
    for name, since in unseen_queues().items():
        what, remedy = missed(name, since)
        yield Finding("processes.queue_unseen", what, remedy)
