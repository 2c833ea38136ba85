"""The database: does it answer, has it the newest tables, is its clock ours, do our keys open what it keeps."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope
from voxa.core.encryption import count_unreadable, encrypted_fields

UNUSABLE = {"database.away", "database.migrations", "database.unfinished"}  # found these, nothing else can be read
SAMPLE = 50  # secrets of each field that are tried
APART = timedelta(milliseconds=500)  # what clocks may differ by before it is worth a warning
FAR_APART = timedelta(seconds=5)  # from here on leases of one host run out for another


def look(scope: Scope) -> Iterator[Finding]:
    """Report the first thing that is wrong: what comes after it cannot be checked."""
    try:
        ahead = clock_ahead()
    except DatabaseError as error:
        yield Finding(
            "database.away",
            f"The database {_place()} does not answer ({type(error).__name__}).",
            "Check that it runs, that DATABASE_URL is right, and that this host may connect to it. manage.py dbshell "
            "says what is the matter.",
        )
        return
    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding(
            "database.migrations",
            f"The database lacks {len(waiting)} of this version's migrations.",
            "Run manage.py migrate, then restart every process.",
        )
        return
    yield from clocks("This host's clock", "database.clock", ahead)
    yield from _secrets()


def _place() -> str:
    """Return which database it is, without user and password."""
    of = connection.settings_dict
    where = f"{of['HOST']}:{of['PORT'] or 5432}/" if of["HOST"] else ""
    return f"{where}{of['NAME']}"


def clock_ahead() -> timedelta:
    """Return by how much this host's clock is ahead of the database's, to within half the time that asking takes."""
    if connection.vendor != "postgresql":
        connection.ensure_connection()
        return timedelta()  # a file has no clock of its own
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
        f"{whose} is {abs(ahead).total_seconds():.1f} s {way} the database's: what is due and who holds what is "
        "judged by the clock of each host.",
        "Keep the clocks of all hosts together by NTP.",
        Severity.ERROR if abs(ahead) >= FAR_APART else Severity.WARNING,
    )


def _secrets() -> Iterator[Finding]:
    """Try the newest secrets of each field: after a restore with other FERNET_KEYS none of them opens."""
    for model, column in encrypted_fields():
        unreadable, tried = count_unreadable(model, column, SAMPLE)
        if unreadable:
            label = f"{model._meta.verbose_name}: {column.verbose_name}"
            yield Finding(
                "database.secrets",
                f"No key of FERNET_KEYS opens {unreadable} of {tried} stored secrets ({label}).",
                "Add the key they were written with to FERNET_KEYS and restart Voxa, or enter these secrets again.",
            )
