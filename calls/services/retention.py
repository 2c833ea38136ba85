"""Purge by the workspace's retention: calls with their timelines, and raw LiveKit events."""

import time
from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import ENDED
from calls.models import AgentTest, Attempt, Call, LiveKitEvent
from calls.recordings.deletion import let_go
from telephony.models import LiveKitProject

AT_ONCE = 500
SECONDS = 400.0  # per run; the next run continues
STRANGERS = 90  # retention in days of events of a project without workspaces


def purge(seconds: float = SECONDS) -> tuple[int, int]:
    """Delete what is past its retention; return the number of calls and of LiveKit events.

    The retention of a call starts at its end, that of a test conversation at its beginning, and its events are deleted
    with it. Events without a call have the shortest retention of their project's workspaces.
    """
    until, now, calls, events = time.monotonic() + seconds, timezone.now(), 0, 0
    for workspace in Workspace.objects.only("retention_days"):
        limit = now - timedelta(days=workspace.retention_days)
        AgentTest.objects.filter(workspace=workspace, created_at__lt=limit).delete()
        old = Call.objects.filter(workspace=workspace, status__in=ENDED, ended_at__lt=limit)
        while time.monotonic() < until and (rows := list(old.values_list("pk", "project_id", "room_name")[:AT_ONCE])):
            ids = [pk for pk, _, _ in rows]
            rooms = {room for _, _, room in rows if room}
            rooms |= set(Attempt.objects.filter(call__in=ids).values_list("room_name", flat=True))
            projects = {project for _, project, _ in rows}
            events += LiveKitEvent.objects.filter(project__in=projects, room_name__in=rooms).delete()[0]
            let_go(ids)
            Call.objects.filter(pk__in=ids).delete()
            calls += len(ids)
    for project in LiveKitProject.objects.annotate(days=Min("workspaces__workspace__retention_days")):
        limit = now - timedelta(days=project.days or STRANGERS)
        events += _purge_strays(project, limit, until)
    return calls, events


def _purge_strays(project: LiveKitProject, limit: datetime, until: float) -> int:
    """Delete old events of rooms without a call."""
    of_call = Call.objects.filter(project=project, room_name=OuterRef("room_name"))
    of_attempt = Attempt.objects.filter(call__project=project, room_name=OuterRef("room_name"))
    old = LiveKitEvent.objects.filter(~Exists(of_call), ~Exists(of_attempt), project=project, received_at__lt=limit)
    purged = 0
    while time.monotonic() < until and (ids := list(old.values_list("pk", flat=True)[:AT_ONCE])):
        purged += LiveKitEvent.objects.filter(pk__in=ids).delete()[0]
    return purged
