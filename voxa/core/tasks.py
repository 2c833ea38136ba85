"""Sending a task without depending on the broker."""

import logging
from typing import Any

from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def publish(task: Any, *args: object, after: float = 0) -> bool:
    """Send a task, to be done `after` so many seconds; return whether the broker took it.

    A broker that is away costs a moment, not the caller's work: a sweep finds what is due.
    """
    try:
        task.apply_async(args=args, retry=False, countdown=after or None)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("The broker took no %s (%s). The sweep will do it.", task.name, error)
        return False
    return True
