"""Indexes for searching calls by a part of a number and by words, which only PostgreSQL has.

They are created after each migration. Without the extension `pg_trgm`, a part of a number is searched in the newest
calls.
"""

import logging
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, connections, transaction

logger = logging.getLogger(__name__)

NUMBERS = "call_numbers_like"
_STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"CREATE INDEX IF NOT EXISTS {NUMBERS} ON calls_call USING gin (to_number gin_trgm_ops, from_number gin_trgm_ops)",
    "CREATE INDEX IF NOT EXISTS transcript_words ON calls_transcriptitem USING gin (to_tsvector('simple', text))",
)


def create(using: str, **kwargs: Any) -> None:
    """Create what the database allows (called after migrations)."""
    if connections[using].vendor != "postgresql":
        return
    for statement in _STATEMENTS:
        try:
            with transaction.atomic(using=using), connections[using].cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:  # no extension, or not ours to create
            logger.warning("Not created, searches of calls are limited or slower: %s", error)


@cache
def numbers_indexed() -> bool:
    """Return whether a part of a number is found by an index, once for a process."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [NUMBERS])
        found: tuple[bool] = cursor.fetchone()
        return found[0]
