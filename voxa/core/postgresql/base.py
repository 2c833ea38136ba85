"""Check kept connections by their socket, send BEGIN and statements without a result with others, prepare what is sent
again and again, read times in C.

Django looks for this module by its name.
"""

import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.utils import debug_transaction
from django.utils.asyncio import async_unsafe
from psycopg import ClientCursor, OperationalError
from psycopg.adapt import Transformer
from psycopg.pq import TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

from voxa.core.postgresql.kept import Kept, Prepared, Several


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "voxa.core.postgresql.compiler"

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """Return the text of a statement for whoever logs it: its own, also where it was sent by name or is held."""
        if isinstance(sql, Kept | Several):
            return ClientCursor(self.connection.connection).mogrify(sql, params)
        return getattr(cursor, "text_held", "") or super().last_executed_query(cursor, sql, params)


class Cursor(base.Cursor, ClientCursor[Any]):
    """Sends a statement in one message with what comes before it, which saves trips to the server: BEGIN, where it is
    the first of a transaction, and the statements that were held.
    """

    is_held, text_held = False, ""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        connection: Any = self.connection
        first: list[str] = []
        if isinstance(query, Kept | Several):
            first, query = _text(connection, query, params or ())
            params = None
        if self.is_held and connection.in_transaction:
            self.text_held = self.mogrify(query, params)
            connection.held += [*first, self.text_held]
            return self
        before = [*_before(connection), *first]
        if not before:
            return super().execute(query, params, **options)
        if not isinstance(query, str):
            flush(connection, before)
            return super().execute(query, params, **options)
        text = query if params is None else self.mogrify(query, params)
        with _settled(connection.prepared):
            super().execute("; ".join([*before, text]), None, **options)
        for _ in before:
            self.nextset()
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        flush(self.connection, _before(self.connection))
        super().executemany(query, params_seq, **options)

    def copy(self, *args: Any, **options: Any) -> Any:
        flush(self.connection, _before(self.connection))
        return super().copy(*args, **options)


def _text(connection: Any, query: str, params: Sequence[Any] | None) -> tuple[list[str], str]:
    """Return the PREPAREs that go before a query, and its text, by name where it is prepared."""
    if isinstance(query, Several):
        first, texts, rest = list[str](), [], iter(params or ())
        for part in query.parts:
            more, text = _text(connection, part, list(islice(rest, part.places)))
            first += more
            texts.append(text)
        return first, "; ".join(texts)
    first, name = connection.prepared.name(query) if isinstance(query, Kept) else ([], "")
    if not name:
        return [], ClientCursor(connection).mogrify(query, params)
    literal = connection.literals.as_literal
    values = ", ".join(["NULL" if one is None else literal(one).decode() for one in params or ()])
    return first, f"EXECUTE {name}({values})" if values else f"EXECUTE {name}"


def _before(connection: Any) -> list[str]:
    """Return the statements to be sent before the next one, which are held no longer."""
    held: list[str] = connection.held
    if held:
        connection.held = []
    # Django is in a transaction of which the server does not know yet.
    if connection.in_transaction and connection.pgconn.transaction_status == TransactionStatus.IDLE:
        return ["BEGIN", *held]
    return held


def flush(connection: Any, statements: list[str]) -> None:
    """Send statements by themselves, before what cannot be sent together with them."""
    if statements:
        with _settled(connection.prepared):
            ClientCursor(connection).execute("; ".join(statements))


@contextmanager
def _settled(prepared: Prepared) -> Iterator[None]:
    """Send a message, and remember what it prepares if the server has done it all."""
    arrived = False
    try:
        yield
        arrived = True
    finally:
        prepared.settle(arrived)


def hold(database: Any, sql: str, params: Sequence[Any] | None = None) -> None:
    """Send a statement with the next one of the transaction, at the latest with COMMIT; outside of one, at once.

    For statements without a result. What the server says against one is raised by the next.
    """
    raw = database.connection
    is_watched = database.queries_logged or database.execute_wrappers
    if hasattr(raw, "held") and raw.in_transaction and not is_watched:
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            first, text = _text(raw, sql, params)
        raw.held += [*first, text]
        return
    with database.cursor() as cursor:
        if isinstance(cursor.cursor, Cursor):
            cursor.cursor.is_held = True
        cursor.execute(sql, params)


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
        connection.in_transaction, connection.held = False, []
        # Behind a pooler of transactions each may be another connection of the server's. Django's setting says so.
        connection.literals = Transformer(connection)
        connection.prepared = Prepared(is_kept=not self.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS", False))
        # Times come in the session's time zone, UTC. Django's own loader replaces their zone by UTC, in Python.
        connection.adapters.register_loader("timestamptz", TimestamptzLoader)
        return connection

    def _set_autocommit(self, autocommit: bool) -> None:
        self.connection.in_transaction = not autocommit

    def _commit(self) -> None:
        if self.connection is not None and self.connection.held:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute("COMMIT")
            return
        parent: Any = super()
        parent._commit()

    def _rollback(self) -> None:
        if self.connection is not None:
            self.connection.held = []
            self.connection.prepared.settle(arrived=False)
        parent: Any = super()
        parent._rollback()

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        if not name:
            return self.connection.cursor()
        flush(self.connection, _before(self.connection))
        ends_later = not self.connection.in_transaction
        return base.ServerSideCursor(self.connection, name=name, scrollable=False, withhold=ends_later)  # type: ignore[call-arg]


def _is_silent(connection: Any) -> bool:
    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
    except (AttributeError, OperationalError):  # none is open, or it was closed
        return False
    return not poll.poll(0)
