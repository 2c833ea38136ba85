"""Wake the dispatchers: a NOTIFY on PostgreSQL, sent with the commit; on SQLite they poll."""

from django.db import connection

from voxa.core.postgresql.base import hold

CHANNEL = "voxa_calls_due"


def wake_dispatchers() -> None:
    """Notify listening dispatchers that a call may be due. Inside a transaction it is sent on commit."""
    if connection.vendor == "postgresql":
        hold(connection, f"NOTIFY {CHANNEL}")
