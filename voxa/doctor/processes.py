"""The broker and the workers: are messages taken, and by whom."""

from collections.abc import Iterator

from health_check.exceptions import ServiceUnavailable
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from voxa.celery import app
from voxa.core import queues
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope
from voxa.health import Broker

PING = 2.0  # seconds to wait for workers' answers
MANY = 1_000  # messages that wait


def look(scope: Scope) -> Iterator[Finding]:
    """Ask the broker, and through it the workers."""
    if not scope.network:
        return
    try:
        Broker().run()
        workers = app.control.ping(timeout=PING)
        waiting = _waiting()
    except (ServiceUnavailable, KombuError, RedisError, OSError):
        yield Finding(
            "processes.broker",
            "The broker cannot be reached: nothing is done in the background.",
            "Check that Redis runs and that CELERY_BROKER_URL is right. What was not sent is found by the sweep.",
        )
        return
    if not workers:
        yield Finding(
            "processes.workers",
            "No worker answers: trunks are not provisioned, calls' ends and webhooks are not worked on.",
            "Start one: celery -A voxa worker. If one runs, look into its log: it may hang, or use another broker.",
        )
    if waiting >= MANY:
        yield Finding(
            "processes.queue",
            f"{waiting:,} messages wait for the workers.",
            "Start more workers, or look into their log for what takes so long.",
            Severity.WARNING,
        )


def _waiting() -> int:
    with app.connection_for_write() as connection:
        found = (connection.default_channel.queue_declare(name, passive=False) for name in queues.ALL)
        return sum(int(queue.message_count) for queue in found)
