"""Tasks that read knowledge sources."""

from uuid import UUID

from telephony.services.knowledge import read
from voxa.core.tasks import task


@task("telephony.tasks.read_knowledge")
def read_knowledge(source_id: str) -> None:
    """Read a file or page, within 90 s or continued by another task."""
    read.read_source(UUID(source_id))


@task("telephony.tasks.sweep_knowledge")
def sweep_knowledge() -> None:
    """Queue the sources that are due."""
    read.sweep()
