"""Beat, by what it has done: a worker notes each sweep that beat asks for."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from telephony.models import Installation
from voxa.doctor.findings import Finding
from voxa.doctor.registry import Scope

LATE = timedelta(minutes=3)  # a sweep is asked for each minute


def look(scope: Scope) -> Iterator[Finding]:
    """Tell when the last sweep is too long ago."""
    swept_at = Installation.objects.values_list("swept_at", flat=True).first()
    ago = timezone.now() - swept_at if swept_at else None
    if ago is not None and ago < LATE:
        return
    words = f"has not run for {round(ago.total_seconds() / 60)} minutes" if ago else "never ran"
    yield Finding(
        "processes.beat",
        f"The sweep of each minute {words}: what a lost message asked for is not done, lost calls are not ended.",
        "Check that exactly one beat runs (celery -A voxa beat), and that a worker takes what it sends.",
    )
