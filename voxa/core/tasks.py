"""Sending tasks by their name: no broker is needed to do the caller's work, and no service imports a task.

A broker that is away costs a moment: each task sent here is also found by a sweep.
"""

import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def publish(name: str, *args: object, after: float = 0) -> bool:
    """Send a task by its dotted name, to run `after` so many seconds; return whether the broker accepted it."""
    task: Any = import_string(name)
    try:
        task.apply_async(args=args, retry=False, countdown=after or None)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("The broker did not accept %s (%s). The sweep will run it.", name, error)
        return False
    return True


def publish_on_commit(name: str, *args: object) -> None:
    """Send a task after the commit, once however often a transaction asks for it."""
    waiting = (
        known.message
        for _, known, _ in transaction.get_connection().run_on_commit
        if isinstance(known, _Send) and not known.message.sent and known.message.is_for(name, args)
    )
    transaction.on_commit(_Send(next(waiting, None) or _Message(name, args)))


@dataclass(slots=True)
class _Message:
    """A message of this transaction, not sent yet."""

    name: str
    args: tuple[object, ...]
    sent: bool = False

    def is_for(self, name: str, args: tuple[object, ...]) -> bool:
        return (self.name, self.args) == (name, args)


@dataclass(slots=True)
class _Send:
    """Sends a message on commit unless another of its senders did. One that a savepoint took back is not missed."""

    message: _Message

    def __call__(self) -> None:
        if not self.message.sent:
            self.message.sent = True
            publish(self.message.name, *self.message.args)
