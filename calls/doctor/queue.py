"""Check for calls that are stuck in the queue and calls that should have ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from calls.choices import LIVE, CallStatus, Direction
from calls.dialer.queue import DIALING, claimable
from calls.livekit.room_monitor import in_rooms
from calls.models import Call
from calls.presentation.status_text import OVERDUE, duration
from telephony.doctor.projects import projects
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope

LEFT = timedelta(seconds=60)  # after which an abandoned call should have been taken over or ended
COUNTED = 1_000


def look(scope: Scope) -> Iterator[Finding]:
    """Report stuck calls."""
    now, calls = timezone.now(), scope.own(Call.objects.all())
    ready = [project.pk for project in projects(scope) if project.is_configured]
    yield from _told(
        calls.filter(claimable(now), due_at__lt=now - OVERDUE, project__in=ready),
        "due_at",
        now,
        Finding(
            "calls.overdue",
            "{calls} due, the oldest for {long}, and no dispatcher claims them.",
            "Check that a dispatcher is running (manage.py dispatch_calls), its log, and that its clock is right.",
            page=_list(CallStatus.QUEUED),
        ),
    )
    left = calls.filter(status__in=DIALING, direction=Direction.OUTBOUND, leased_until__lt=now - LEFT)
    yield from _told(
        left,
        "leased_until",
        now,
        Finding(
            "calls.left_behind",
            "{calls} being dialed by a stopped dispatcher, the oldest for {long}, and no other dispatcher takes over.",
            "Start a dispatcher: manage.py dispatch_calls. It checks the rooms of these calls and never dials twice.",
            page=_list("under_way"),
        ),
    )
    over = Q(leased_until__lt=now - LEFT, pk__in=in_rooms().values("pk"))
    asked = ~Q(end_requested="") & Q(updated_at__lt=now - LEFT)
    yield from _told(
        calls.filter(over | asked, status__in=LIVE).exclude(pk__in=left.values("pk")),
        "updated_at",
        now,
        Finding(
            "calls.not_ended",
            "{calls} past the maximum duration and still connected, the oldest for {long}. They use capacity.",
            "Check that Celery beat and a worker are running and that LiveKit is reachable.",
            page=_list("under_way"),
        ),
    )


def _told(calls: QuerySet[Call], since: str, now: datetime, finding: Finding) -> Iterator[Finding]:
    count = calls.order_by()[:COUNTED].count()
    if not count:
        return
    first = calls.aggregate(first=Min(since))["first"]
    words = {"{calls}": _counted(count), "{long}": duration(round((now - first).total_seconds()))}
    what = finding.what
    for place, word in words.items():
        what = what.replace(place, word)
    yield Finding(finding.code, what, finding.remedy, Severity.ERROR, finding.page)


def _counted(count: int) -> str:
    if count == 1:
        return "1 call is"
    return f"{count:,} calls are" if count < COUNTED else f"{COUNTED:,} or more calls are"


def _list(status: str) -> str:
    return reverse("admin:calls_call_changelist") + f"?status={status}"
