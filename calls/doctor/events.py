"""LiveKit's webhooks: do they come, and are they worked on."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, LiveKitEvent
from telephony.doctor.projects import projects, title
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope

LATELY = timedelta(days=1)
WAITED = timedelta(minutes=2)  # in which an event has come, and is ingested


def look(scope: Scope) -> Iterator[Finding]:
    """Report projects whose calls were answered without an event since, and events that nobody ingested."""
    now = timezone.now()
    for project in projects(scope):
        if not project.is_configured:
            continue
        events = LiveKitEvent.objects.filter(project=project)
        answered = scope.own(Call.objects.filter(project=project)).filter(answered_at__gt=now - LATELY)
        newest = answered.filter(answered_at__lt=now - WAITED).order_by("-answered_at").first()
        if newest is not None and not events.filter(received_at__gt=now - LATELY).exists():
            yield Finding(
                "calls.no_events",
                f"{title(project)} sent no webhook for a day, though calls were answered: their times are less exact.",
                f"In LiveKit's configuration set webhook.urls to {settings.API_PUBLIC_URL}/livekit/webhook and "
                "webhook.api_key to the project's key.",
                Severity.WARNING,
                reverse("admin:telephony_livekitproject_change", args=[project.pk]),
            )
        waiting = events.filter(ingested_at=None, received_at__lt=now - WAITED)[:1_000].count()
        if waiting:
            yield Finding(
                "calls.events_waiting",
                f"{_counted(waiting)} received from {title(project)} and not worked on: calls do not move on.",
                "Check that beat and a worker run, and look into the worker's log.",
                page=reverse("admin:calls_livekitevent_changelist"),
            )


def _counted(count: int) -> str:
    return "1 webhook was" if count == 1 else f"{count:,} webhooks were"
