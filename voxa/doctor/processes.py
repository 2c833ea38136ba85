"""Checks of the broker and the workers."""

from collections.abc import Iterator

from health_check.exceptions import ServiceUnavailable
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from voxa.celery import app
from voxa.core import queues
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope
from voxa.health import Broker

PING = 2.0  # seconds to wait for workers' responses
MANY = 1_000  # waiting messages


def look(scope: Scope) -> Iterator[Finding]:
    """Check the broker, and through it the workers."""
    if not scope.network:
        return
    try:
        Broker().run()
        workers = app.control.ping(timeout=PING)
        waiting = _waiting()
    except (ServiceUnavailable, KombuError, RedisError, OSError):
        yield Finding(
            "processes.broker",
            "The broker is unreachable: no background work is done.",
            "Check that Redis runs and that CELERY_BROKER_URL is correct. The sweep repeats lost tasks.",
        )
        return
    if not workers:
        yield Finding(
            "processes.workers",
            "No worker responds: trunks are not provisioned, call endings and webhooks are not processed.",
            "Start one: celery -A voxa worker. If one runs, check its log: it may hang or use another broker.",
        )
    if waiting >= MANY:
        yield Finding(
            "processes.queue",
            f"{waiting:,} messages are waiting for workers.",
            "Start more workers, or check their logs for slow tasks.",
            Severity.WARNING,
        )


def _waiting() -> int:
    with app.connection_for_write() as connection:
        found = (connection.default_channel.queue_declare(name, passive=False) for name in queues.ALL)
        return sum(int(queue.message_count) for queue in found)
