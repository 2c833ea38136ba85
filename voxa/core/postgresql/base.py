"""Check kept connections by their socket. Django looks for this module by its name."""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that ends a session says so: an idle connection with nothing to read is one that works.

    Where there is something to read, Django's statement decides.
    """

    def close_if_health_check_failed(self) -> None:
        own: Any = self
        if own.health_check_enabled and not own.health_check_done and _is_silent(self.connection):
            own.health_check_done = True
        super().close_if_health_check_failed()


def _is_silent(connection: Any) -> bool:
    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
    except (AttributeError, OperationalError):  # none is open, or it was closed
        return False
    return not poll.poll(0)
