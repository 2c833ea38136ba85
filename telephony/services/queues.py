"""Whether the queues of the background work are taken from, by what was taken last."""

from datetime import timedelta

from django.utils import timezone

from telephony.models import LiveKitProject, SeenQueue
from voxa import queues

AWAY_AFTER = timedelta(seconds=60)  # beat asks each queue every 15 s


def note_queue(name: str) -> None:
    """Write that a worker takes from this queue."""
    if name in queues.ALL:
        SeenQueue.objects.update_or_create(pk=name, defaults={"seen_at": timezone.now()})


def unseen_queues() -> dict[str, timedelta | None]:
    """Return the queues that nobody took from for a minute, with how long; None: never, in an installation not new."""
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
    """Return in two sentences what an unseen queue means, and what to do."""
    words = f"for {round(since.total_seconds() / 60) or 1:,} min" if since else "since Voxa was set up"
    effect = EFFECTS[name]
    return (
        f"No worker took anything from the queue {name} {words}: {effect}.",
        f"Start one: celery -A voxa worker -Q {name}. If one runs, all of it may be busy: start more, or see its log. "
        "If no queue is taken from, look at beat and the broker first.",
    )


EFFECTS = {
    queues.URGENT: "trunks are not provisioned, calls' ends are late",
    queues.ORDINARY: "sweeps, recordings and retention stand still",
    queues.EXTERNAL: "webhooks, analyses and agents' tools wait",
}
