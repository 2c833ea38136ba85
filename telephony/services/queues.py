"""Track whether workers consume the background queues."""

from datetime import timedelta

from django.utils import timezone

from telephony.models import LiveKitProject, SeenQueue
from voxa.core import queues

AWAY_AFTER = timedelta(seconds=60)  # beat sends a task to each queue every 15 s


def note_queue(name: str) -> None:
    """Record that a worker consumes this queue."""
    if name in queues.ALL:
        SeenQueue.objects.update_or_create(pk=name, defaults={"seen_at": timezone.now()})


def unseen_queues() -> dict[str, timedelta | None]:
    """Return queues without a worker for a minute, and for how long; None: never, unless the installation is new."""
    now = timezone.now()
    seen = dict(SeenQueue.objects.values_list("pk", "seen_at"))
    silent: dict[str, timedelta | None] = {}
    never = [name for name in queues.ALL if name not in seen]
    if never and LiveKitProject.objects.filter(created_at__lt=now - AWAY_AFTER).exists():
        silent = dict.fromkeys(never)
    for name in queues.ALL:
        if name in seen and now - seen[name] >= AWAY_AFTER:
            silent[name] = now - seen[name]
    return {name: silent[name] for name in queues.ALL if name in silent}


def missed(name: str, since: timedelta | None) -> tuple[str, str]:
    """Return the effect of an unconsumed queue, and the remedy."""
    words = f"for {round(since.total_seconds() / 60) or 1:,} min" if since else "since Voxa was installed"
    effect = EFFECTS[name]
    return (
        f"No worker has consumed the queue {name} {words}: {effect}.",
        f"Start one: celery -A voxa worker -Q {name}. If one runs, it may be fully busy: start more, or check its log. "
        "If no queue is consumed, check beat and the broker first.",
    )


EFFECTS = {
    queues.URGENT: "trunks are not provisioned, call endings are late",
    queues.ORDINARY: "sweeps, recordings and retention do not run",
    queues.EXTERNAL: "webhooks, analyses and agent tools are delayed",
}
