"""Check that LiveKit webhooks arrive and are processed."""

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
WAITED = timedelta(minutes=2)  # within which an event arrives and is processed


def look(scope: Scope) -> Iterator[Finding]:
    """Report projects that sent no event since their calls were answered, and events that were not processed."""
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
                f"{title(project)} sent no webhook for a day although calls were answered. Call times are less exact.",
                f"In the LiveKit configuration, set webhook.urls to {settings.API_PUBLIC_URL}/livekit/webhook and "
                "webhook.api_key to the project's API key.",
                Severity.WARNING,
                reverse("admin:telephony_livekitproject_change", args=[project.pk]),
            )
        waiting = events.filter(ingested_at=None, received_at__lt=now - WAITED)[:1_000].count()
        if waiting:
            yield Finding(
                "calls.events_waiting",
                f"{_counted(waiting)} received from {title(project)} but not processed. Calls are not updated.",
                "Check that Celery beat and a worker are running, and check the worker's log.",
                page=reverse("admin:calls_livekitevent_changelist"),
            )


def _counted(count: int) -> str:
    return "1 webhook was" if count == 1 else f"{count:,} webhooks were"
