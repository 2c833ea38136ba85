"""Background work of calls. Tasks take ids, may run twice and in any order, and bound their own time."""

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

WATCH_EVERY = 5  # seconds, as in the beat schedule; a look that waited longer is dropped


@shared_task
def close_call(call_id: str) -> None:
    """Close the room of a call that somebody asked to end."""
    _close(closing.close_call, call_id)


@shared_task
def end_at_limit(call_id: str) -> None:
    """End a call when its longest duration is over."""
    _close(talk_time.end_at_limit, call_id)


@shared_task
def close_left_over(call_id: str) -> None:
    """Close the room of a call that is over."""
    _close(closing.close_left_over, call_id)


def _close(how: Callable[[UUID], None], call_id: str) -> None:
    """Close a room. Where LiveKit does not answer that is one line: the watch looks at the rooms again."""
    try:
        how(UUID(call_id))
    except LiveKitError as error:
        logger.warning("The room of call %s is not closed yet: %s", call_id, error)


@shared_task
def ingest_events() -> None:
    """Bring the calls up to date that LiveKit's stored events tell of. Also the sweep for what was lost."""
    ingest.ingest_waiting()


@shared_task
def watch_calls() -> None:
    """End what is past its limit, and have each project's rooms compared with its calls."""
    expiry.reap()
    lapse.end_lapsed()
    spend.look_after()
    tool_runs.sweep()
    for project in LiveKitProject.objects.all():
        if project.is_configured:
            watch_project.apply_async((str(project.pk),), expires=WATCH_EVERY)


@shared_task
def watch_project(project_id: str) -> None:
    """Find what a project's events did not tell."""
    project = LiveKitProject.objects.filter(pk=project_id).first()
    if project is None:
        return
    try:
        room_monitor.watch(project)
    except LiveKitError as error:
        logger.info("The rooms of %s could not be seen: %s", project, error)


@shared_task(soft_time_limit=500, time_limit=540)
def purge_calls() -> None:
    """Delete calls and events that are past their workspace's days."""
    calls, events = retention.purge()
    if calls or events:
        logger.info("Purged %d calls and %d of LiveKit's events.", calls, events)


@shared_task
def tell_report(call_id: str) -> None:
    """Send the report of a conversation that is over."""
    conversations.tell_report(UUID(call_id))


@shared_task
def analyze_call(call_id: str) -> None:
    """Ask a language model to analyze a conversation; it answers within 45 s or is asked again later."""
    analysis.analyze(UUID(call_id))
    conversations.tell_report(UUID(call_id))


@shared_task
def sweep_analyses() -> None:
    """Wake the workers for analyses that are due."""
    analysis.sweep()


@shared_task(expires=tool_runs.BEGINS_WITHIN.total_seconds())
def run_tool(run_id: str) -> None:
    """Call a tool of an agent; it answers within 8 s."""
    tool_runs.carry_out(UUID(run_id))


@shared_task
def start_recording(recording_id: str) -> None:
    """Ask LiveKit to record a call; it answers within 30 s."""
    recordings.start(UUID(recording_id))


@shared_task
def stop_recording(recording_id: str) -> None:
    """End a recording that was given up and began after all."""
    try:
        recordings.stop_unwanted(UUID(recording_id))
    except LiveKitError as error:
        logger.warning("Recording %s could not be stopped: %s", recording_id, error)


@shared_task
def look_after_recordings() -> None:
    """Find out what became of recordings, and delete those whose calls are gone."""
    recordings.look_after()
    deletion.delete_due()


@shared_task
def tell_late_reports() -> None:
    """Send the reports of conversations whose worker never said the last word."""
    conversations.tell_late()
