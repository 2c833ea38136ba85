"""Tasks that follow calls in LiveKit. They take ids and may run twice, in any order."""

import logging
from collections.abc import Callable
from uuid import UUID

from calls.dialer import lapse, spend
from calls.livekit import closing, expiry, ingest, room_monitor, talk_time
from calls.reception import requests
from calls.services import tool_runs
from telephony.livekit import LiveKitError
from telephony.models import LiveKitProject
from voxa.core.tasks import task

logger = logging.getLogger(__name__)

WATCH_EVERY = 5  # seconds, as in the beat schedule; a task that waited longer is dropped


@task("calls.tasks.close_call")
def close_call(call_id: str) -> None:
    _close(closing.close_call, call_id)


@task("calls.tasks.end_at_limit")
def end_at_limit(call_id: str) -> None:
    _close(talk_time.end_at_limit, call_id)


@task("calls.tasks.close_left_over")
def close_left_over(call_id: str) -> None:
    _close(closing.close_left_over, call_id)


def _close(how: Callable[[UUID], None], call_id: str) -> None:
    """Close a room. A LiveKit failure is logged in one line; the room monitor retries."""
    try:
        how(UUID(call_id))
    except LiveKitError as error:
        logger.warning("Closing the room of call %s failed: %s", call_id, error)


@task("calls.tasks.ingest_events")
def ingest_events() -> None:
    """Update the calls from LiveKit's stored events. Also the sweep for lost tasks."""
    ingest.ingest_waiting()


@task("calls.tasks.watch_calls")
def watch_calls() -> None:
    """End calls past their maximum duration, and compare each project's rooms with its calls."""
    expiry.reap()
    lapse.end_lapsed()
    spend.look_after()
    tool_runs.sweep()
    requests.give_up_late()
    for project in LiveKitProject.objects.all():
        if project.is_configured:
            watch_project.send(str(project.pk))


@task("calls.tasks.watch_project", expires=WATCH_EVERY)
def watch_project(project_id: str) -> None:
    """Find changes that a project's events did not report."""
    project = LiveKitProject.objects.filter(pk=project_id).first()
    if project is None:
        return
    try:
        room_monitor.watch(project)
    except LiveKitError as error:
        logger.info("Listing the rooms of %s failed: %s", project, error)
