"""Checks of the database: connection, migrations, clock and encryption keys."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope
from voxa.core.encryption import count_unreadable, encrypted_fields

UNUSABLE = {"database.away", "database.migrations", "database.unfinished"}  # after these, no other check can run
SAMPLE = 50  # secrets per field that are tested
APART = timedelta(milliseconds=500)  # clock difference that causes a warning
FAR_APART = timedelta(seconds=5)  # clock difference at which leases of one host expire for another


def look(scope: Scope) -> Iterator[Finding]:
    """Report the first problem; later checks depend on earlier ones."""
    try:
        ahead = clock_ahead()
    except DatabaseError as error:
        yield Finding(
            "database.away",
            f"The database {_place()} does not respond ({type(error).__name__}).",
            "Check that it runs, that DATABASE_URL is correct, and that this host may connect to it. manage.py dbshell "
            "shows the error.",
        )
        return
    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding(
            "database.migrations",
            f"{len(waiting)} migrations are not applied.",
            "Run manage.py migrate, then restart every process.",
        )
        return
    yield from clocks("This host's clock", "database.clock", ahead)
    yield from _secrets()


def _place() -> str:
    """Return the location of the database, without credentials."""
    of = connection.settings_dict
    where = f"{of['HOST']}:{of['PORT'] or 5432}/" if of["HOST"] else ""
    return f"{where}{of['NAME']}"


def clock_ahead() -> timedelta:
    """Return how far this host's clock is ahead of the database's, within half of the query time."""
    if connection.vendor != "postgresql":
        connection.ensure_connection()
        return timedelta()  # a file has no clock
    with connection.cursor() as cursor:
        before, started = datetime.now(UTC), time.monotonic()
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
        return before + timedelta(seconds=(time.monotonic() - started) / 2) - theirs  # type: ignore[no-any-return]


def clocks(whose: str, code: str, ahead: timedelta) -> Iterator[Finding]:
    """Report a clock that differs from the database's."""
    if abs(ahead) < APART:
        return
    way = "ahead of" if ahead > timedelta() else "behind"
    yield Finding(
        code,
        f"{whose} is {abs(ahead).total_seconds():.1f} s {way} the database's. Schedules and leases depend on "
        "synchronized clocks.",
        "Synchronize the clocks of all hosts with NTP.",
        Severity.ERROR if abs(ahead) >= FAR_APART else Severity.WARNING,
    )


def _secrets() -> Iterator[Finding]:
    """Decrypt the newest secrets of each field: this fails after a restore with other FERNET_KEYS."""
    for model, column in encrypted_fields():
        unreadable, tried = count_unreadable(model, column, SAMPLE)
        if unreadable:
            label = f"{model._meta.verbose_name}: {column.verbose_name}"
            yield Finding(
                "database.secrets",
                f"{unreadable} of {tried} stored secrets ({label}) cannot be decrypted with FERNET_KEYS.",
                "Add the key that encrypted them to FERNET_KEYS and restart Voxa, or enter these secrets again.",
            )
