"""Tasks of reports, retention and agents' tools."""

import logging
from uuid import UUID

from calls.services import conversations, retention, tool_runs, trunk_health
from voxa.core.queues import LONG
from voxa.core.tasks import task

logger = logging.getLogger(__name__)


@task("calls.tasks.purge_calls", **LONG)
def purge_calls() -> None:
    """Delete calls and events past their workspace's retention."""
    calls, events = retention.purge()
    if calls or events:
        logger.info("Purged %d calls and %d LiveKit events.", calls, events)


@task("calls.tasks.tell_report")
def tell_report(call_id: str) -> None:
    conversations.tell_report(UUID(call_id))


@task("calls.tasks.run_tool", expires=tool_runs.BEGINS_WITHIN.total_seconds())
def run_tool(run_id: str) -> None:
    """Call a tool of an agent; it answers within 8 s."""
    tool_runs.carry_out(UUID(run_id))


@task("calls.tasks.tell_late_reports")
def tell_late_reports() -> None:
    """Send the reports of conversations whose worker never reported the end."""
    conversations.tell_late()


@task("calls.tasks.note_trunk_calls")
def note_trunk_calls() -> None:
    """Record how the last hour's calls fared at each carrier."""
    trunk_health.note_calls()
