"""Check kept connections by their socket, begin a transaction with its first statement, read times in C, make the SQL
of an INSERT once.

Django looks for this module by its name.
"""

import select
from typing import Any

from django.db.backends.postgresql import base, operations
from django.utils.asyncio import async_unsafe
from psycopg import ClientCursor, OperationalError
from psycopg.pq import TransactionStatus
from psycopg.types.datetime import TimestamptzLoader


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "voxa.core.postgresql.compiler"


class Cursor(base.Cursor, ClientCursor[Any]):
    """Sends BEGIN in one message with the first statement of a transaction, which saves a trip to the server."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if not _is_to_begin(self.connection):
            return super().execute(query, params, **options)
        if not isinstance(query, str):
            begin(self.connection)
            return super().execute(query, params, **options)
        super().execute(f"BEGIN; {query}", params, **options)
        self.nextset()
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        begin(self.connection)
        super().executemany(query, params_seq, **options)

    def copy(self, *args: Any, **options: Any) -> Any:
        begin(self.connection)
        return super().copy(*args, **options)


def _is_to_begin(connection: Any) -> bool:
    """Return whether Django is in a transaction of which the server does not know yet."""
    is_idle: bool = connection.pgconn.transaction_status == TransactionStatus.IDLE
    return is_idle and connection.in_transaction


def begin(connection: Any) -> None:
    """Begin the transaction for what cannot be sent together with BEGIN."""
    if _is_to_begin(connection):
        ClientCursor(connection).execute("BEGIN")


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that ends a session says so: an idle connection with nothing to read is one that works.

    Where there is something to read, Django's statement decides.
    """

    ops_class = DatabaseOperations

    def close_if_health_check_failed(self) -> None:
        own: Any = self
        if own.health_check_enabled and not own.health_check_done and _is_silent(self.connection):
            own.health_check_done = True
        super().close_if_health_check_failed()

    def get_connection_params(self) -> Any:
        return {**super().get_connection_params(), "autocommit": True, "cursor_factory": Cursor}

    @async_unsafe
    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.in_transaction = False
        # Times come in the session's time zone, UTC. Django's own loader replaces their zone by UTC, in Python.
        connection.adapters.register_loader("timestamptz", TimestamptzLoader)
        return connection

    def _set_autocommit(self, autocommit: bool) -> None:
        self.connection.in_transaction = not autocommit

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        if not name:
            return self.connection.cursor()
        begin(self.connection)
        ends_later = not self.connection.in_transaction
        return base.ServerSideCursor(self.connection, name=name, scrollable=False, withhold=ends_later)  # type: ignore[call-arg]


def _is_silent(connection: Any) -> bool:
    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
    except (AttributeError, OperationalError):  # none is open, or it was closed
        return False
    return not poll.poll(0)
