"""Check of beat: a worker records each sweep that beat triggers."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from telephony.models import Installation, LiveKitProject
from voxa.core.doctor.findings import Finding
from voxa.core.doctor.registry import Scope

LATE = timedelta(minutes=3)  # a sweep runs every minute


def look(scope: Scope) -> Iterator[Finding]:
    """Report a late sweep, or none in the first minutes of an installation."""
    swept_at = Installation.objects.values_list("swept_at", flat=True).first()
    now = timezone.now()
    if swept_at is None:
        if not LiveKitProject.objects.filter(created_at__lt=now - LATE).exists():
            return  # set up a moment ago
        words = "never ran"
    elif now - swept_at < LATE:
        return
    else:
        words = f"has not run for {round((now - swept_at).total_seconds() / 60):,} minutes"
    yield Finding(
        "processes.beat",
        f"The sweep, due every minute, {words}: lost tasks are not repeated and stale calls are not ended.",
        "Check that exactly one beat runs (celery -A voxa beat), and that a worker consumes its tasks.",
    )
