"""Background tasks of calls. Tasks take IDs, may run twice and in any order, and bound their own time."""

import logging
from collections.abc import Callable
from uuid import UUID

from celery import shared_task

from calls.analysis import analyze as analysis
from calls.dialer import lapse, spend
from calls.livekit import closing, expiry, ingest, room_monitor, talk_time
from calls.recordings import deletion
from calls.recordings import recording as recordings
from calls.services import conversations, retention, tool_runs
from telephony.livekit import LiveKitError
from telephony.models import LiveKitProject

logger = logging.getLogger(__name__)

WATCH_EVERY = 5  # seconds, as in the beat schedule; a task that waited longer is dropped


@shared_task
def close_call(call_id: str) -> None:
    _close(closing.close_call, call_id)


@shared_task
def end_at_limit(call_id: str) -> None:
    _close(talk_time.end_at_limit, call_id)


@shared_task
def close_left_over(call_id: str) -> None:
    _close(closing.close_left_over, call_id)


def _close(how: Callable[[UUID], None], call_id: str) -> None:
    """Close a room. A LiveKit failure is logged in one line; the room monitor retries."""
    try:
        how(UUID(call_id))
    except LiveKitError as error:
        logger.warning("Closing the room of call %s failed: %s", call_id, error)


@shared_task
def ingest_events() -> None:
    """Update the calls from LiveKit's stored events. Also the sweep for lost tasks."""
    ingest.ingest_waiting()


@shared_task
def watch_calls() -> None:
    """End calls past their maximum duration, and compare each project's rooms with its calls."""
    expiry.reap()
    lapse.end_lapsed()
    spend.look_after()
    tool_runs.sweep()
    for project in LiveKitProject.objects.all():
        if project.is_configured:
            watch_project.apply_async((str(project.pk),), expires=WATCH_EVERY)


@shared_task
def watch_project(project_id: str) -> None:
    """Find changes that a project's events did not report."""
    project = LiveKitProject.objects.filter(pk=project_id).first()
    if project is None:
        return
    try:
        room_monitor.watch(project)
    except LiveKitError as error:
        logger.info("Listing the rooms of %s failed: %s", project, error)


@shared_task(soft_time_limit=500, time_limit=540)
def purge_calls() -> None:
    """Delete calls and events past their workspace's retention."""
    calls, events = retention.purge()
    if calls or events:
        logger.info("Purged %d calls and %d LiveKit events.", calls, events)


@shared_task
def tell_report(call_id: str) -> None:
    conversations.tell_report(UUID(call_id))


@shared_task
def analyze_call(call_id: str) -> None:
    """Request a language model's analysis of a conversation, within 45 s or retried later."""
    analysis.analyze(UUID(call_id))
    conversations.tell_report(UUID(call_id))


@shared_task
def sweep_analyses() -> None:
    """Queue the analyses that are due."""
    analysis.sweep()


@shared_task(expires=tool_runs.BEGINS_WITHIN.total_seconds())
def run_tool(run_id: str) -> None:
    """Call a tool of an agent; it answers within 8 s."""
    tool_runs.carry_out(UUID(run_id))


@shared_task
def start_recording(recording_id: str) -> None:
    """Request LiveKit to record a call, within 30 s."""
    recordings.start(UUID(recording_id))


@shared_task
def stop_recording(recording_id: str) -> None:
    """Stop a recording that started after it was given up."""
    try:
        recordings.stop_unwanted(UUID(recording_id))
    except LiveKitError as error:
        logger.warning("Stopping recording %s failed: %s", recording_id, error)


@shared_task
def look_after_recordings() -> None:
    """Update the state of recordings, and delete those whose calls were deleted."""
    recordings.look_after()
    deletion.delete_due()


@shared_task
def tell_late_reports() -> None:
    """Send the reports of conversations whose worker never reported the end."""
    conversations.tell_late()
