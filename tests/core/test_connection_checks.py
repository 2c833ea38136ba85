"""A kept connection to PostgreSQL is checked by its socket; a statement is sent where the socket has news."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kept() -> Iterator[Any]:
    """A connection of a web process between two requests."""
    wrapper: Any = connection.copy()
    wrapper.settings_dict = {**wrapper.settings_dict, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    wrapper.connect()
    wrapper.close_if_unusable_or_obsolete()
    yield wrapper
    wrapper.close()


def session(wrapper: Any) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_works_costs_no_statement(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.connection.info.backend_pid
    monkeypatch.setattr(kept, "is_usable", None)
    assert session(kept) == before


def test_a_session_that_the_server_ended_is_replaced(kept: Any) -> None:
    before = kept.connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert session(kept) != before
