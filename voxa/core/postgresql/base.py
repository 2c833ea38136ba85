"""Check kept connections by their socket, and read times in C. Django looks for this module by its name."""

import select
from typing import Any

from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe
from psycopg import OperationalError
from psycopg.types.datetime import TimestamptzLoader


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that ends a session says so: an idle connection with nothing to read is one that works.

    Where there is something to read, Django's statement decides.
    """

    def close_if_health_check_failed(self) -> None:
        own: Any = self
        if own.health_check_enabled and not own.health_check_done and _is_silent(self.connection):
            own.health_check_done = True
        super().close_if_health_check_failed()

    @async_unsafe
    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        # Times come in the session's time zone, UTC. Django's own loader replaces their zone by UTC, in Python.
        connection.adapters.register_loader("timestamptz", TimestamptzLoader)
        return connection

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        if not name:
            return self.connection.cursor()
        ends_later = self.connection.autocommit
        return base.ServerSideCursor(self.connection, name=name, scrollable=False, withhold=ends_later)  # type: ignore[call-arg]


def _is_silent(connection: Any) -> bool:
    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
    except (AttributeError, OperationalError):  # none is open, or it was closed
        return False
    return not poll.poll(0)
