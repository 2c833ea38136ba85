"""The base of all tasks, and sending them by name: no broker is needed to do the caller's work, and no service
imports a task.

A broker that is away costs a moment: each task sent here is also found by a sweep.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.db import transaction
from django.utils.module_loading import import_string
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from voxa.core import queues

logger = logging.getLogger(__name__)

_LONGEST_TEXT = 1024  # characters of a task's arguments in logs, as Celery has it


class BaseTask(DjangoTask):  # type: ignore[misc]
    """What every task builds on: sent on commit, once a transaction, and stopped after its time limits in seconds.

    Limits are below the broker's visibility timeout. Only workers with processes enforce them: those with threads run
    tasks whose requests have their own deadlines.
    """

    abstract = True
    soft_time_limit = queues.SOFT_LIMIT
    time_limit = queues.HARD_LIMIT

    def send(self, *args: object, after: float = 0) -> bool:
        """Send it now, to run `after` so many seconds; return whether the broker accepted it."""
        try:
            # Workers declare the queues: a message goes to its queue without.
            # Celery takes longer for the same texts.
            texts = {"argsrepr": repr(args)[:_LONGEST_TEXT], "kwargsrepr": "{}"}
            self.apply_async(args=args, retry=False, countdown=after or None, declare=(), **texts)
        except (KombuError, RedisError, OSError) as error:
            logger.warning("The broker did not accept %s (%s). The sweep will run it.", self.name, error)
            return False
        return True

    def delay_on_commit(self, *args: object) -> None:
        publish_on_commit(self.name, *args)


def task(name: str, **options: Any) -> Callable[[Callable[..., None]], BaseTask]:
    """Register a function as the task of this name, which stays wherever the function moves."""
    decorator: Callable[[Callable[..., None]], BaseTask] = shared_task(name=name, base=BaseTask, **options)
    return decorator


def publish(name: str, *args: object, after: float = 0) -> bool:
    """Send a task by its dotted name, as `BaseTask.send` does."""
    named: BaseTask = import_string(name)
    return named.send(*args, after=after)


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
