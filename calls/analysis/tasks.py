"""Tasks of analyses."""

from uuid import UUID

from calls.analysis import analyze as analysis
from calls.services import conversations
from voxa.core.tasks import task


@task("calls.tasks.analyze_call")
def analyze_call(call_id: str) -> None:
    """Request a language model's analysis of a conversation, within 45 s or retried later."""
    analysis.analyze(UUID(call_id))
    conversations.tell_report(UUID(call_id))


@task("calls.tasks.sweep_analyses")
def sweep_analyses() -> None:
    """Queue the analyses that are due."""
    analysis.sweep()
