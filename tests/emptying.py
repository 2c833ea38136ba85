"""Emptying the database after a test that commits: of what it wrote alone.

Django truncates a hundred tables and makes every permission anew, which takes longer than most of these tests.
"""

from functools import cache

from django.db import connections, transaction
from django.test import TransactionTestCase

# Made by migrating, and written by no test.
KEPT = ("django_content_type", "auth_permission")


@cache
def _tables(alias: str) -> list[str]:
    names = connections[alias].introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(names) - set(KEPT))


def empty(alias: str) -> None:
    """Delete all rows. The keys to other tables are looked at when the transaction ends."""
    quote = connections[alias].ops.quote_name
    looks = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})" for table in _tables(alias)]
    with transaction.atomic(alias), connections[alias].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quote(table)}")


def _fixture_teardown(self: TransactionTestCase) -> None:
    for alias in self._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        empty(alias)


def install() -> None:
    """End every test that commits so."""
    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]
