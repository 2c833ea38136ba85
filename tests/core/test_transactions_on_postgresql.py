"""On PostgreSQL a transaction begins in one message with its first statement; else it is Django's."""

from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from accounts.models import Workspace
from voxa.core.postgresql.base import hold

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_begin_goes_with_the_first_statement(sent: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("SELECT %s, 3", [2])
        assert cursor.fetchall() == [(2, 3)]
    assert sent == ["BEGIN; SELECT 1", "SELECT %s, 3"]


def held(sql: str, params: Any = None) -> None:
    hold(connection, sql, params)


INSERT = "INSERT INTO django_session VALUES (%s, '100 %%', now())"


def test_what_is_held_goes_with_the_next_statement(sent: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        held(INSERT, ["first"])
        held(INSERT, ["second"])
        assert sent == []
        cursor.execute("SELECT session_key, session_data FROM django_session WHERE session_data <> %s", [""])
        assert cursor.fetchall() == [("first", "100 %"), ("second", "100 %")]
    assert len(sent) == 1


def test_what_is_held_goes_with_the_commit(sent: list[str]) -> None:
    with transaction.atomic():
        held("NOTIFY somebody")
    assert sent == ["BEGIN; NOTIFY somebody; COMMIT"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert sent[1:] == ["SELECT 1"]


def test_what_is_held_is_taken_back_with_its_transaction_or_savepoint() -> None:
    with pytest.raises(ZeroDivisionError):
        _hold_and_fail()
    with transaction.atomic(), pytest.raises(ZeroDivisionError):
        _hold_and_fail()
    assert count() == 0
    held(INSERT, ["outside of a transaction"])
    assert count() == 1


def test_what_the_server_refuses_is_raised_by_the_next_statement() -> None:
    with pytest.raises(IntegrityError):
        _hold_twice()
    assert count() == 0


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        return int(cursor.fetchone()[0])


@transaction.atomic
def _hold_twice() -> None:
    held(INSERT, ["same"])
    held(INSERT, ["same"])


@transaction.atomic
def _hold_and_fail() -> None:
    held(INSERT, ["taken back"])
    raise ZeroDivisionError


def test_a_row_with_its_own_key_goes_with_what_follows_and_so_does_its_history(sent: list[str]) -> None:
    with transaction.atomic():
        Workspace.objects.create(name="Acme")
    inserts = [sql for sql in sent if "INSERT" in sql]
    assert [sql.count("INSERT") for sql in inserts] == [2]
    assert inserts[0].endswith("COMMIT")
    assert [row.name for row in Workspace.history.all()] == ["Acme"]


def test_a_row_that_the_server_refuses_fails_its_block() -> None:
    first = Workspace.objects.create(name="Acme", slug="acme")
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            _create(first.pk)
        assert Workspace.objects.create(name="Zeta", slug="zeta").pk != first.pk
    with pytest.raises(IntegrityError):
        Workspace(pk=first.pk, name="Other", slug="other").save(force_insert=True)
    assert [row.name for row in Workspace.objects.order_by("name")] == ["Acme", "Zeta"]


@transaction.atomic
def _create(pk: Any) -> None:
    Workspace(pk=pk, name="Other", slug="other").save(force_insert=True)


def test_outside_of_a_transaction_nothing_begins(sent: list[str]) -> None:
    with transaction.atomic():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert sent == ["SELECT 1"]


def test_what_fails_takes_everything_back() -> None:
    with pytest.raises(ZeroDivisionError):
        _create_and_fail()
    assert not Workspace.objects.exists()


def test_a_first_statement_that_fails_fails_the_transaction() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(ProgrammingError):
            cursor.execute("SELECT * FROM nowhere")
        with pytest.raises(InternalError, match="transaction is aborted"):
            cursor.execute("SELECT 1")
        transaction.set_rollback(True)
    assert Workspace.objects.count() == 0


def test_rows_are_streamed_within_a_transaction_and_outside() -> None:
    Workspace.objects.create(name="Acme")
    assert [one.name for one in Workspace.objects.iterator()] == ["Acme"]
    with transaction.atomic():
        assert [one.name for one in Workspace.objects.iterator()] == ["Acme"]
        Workspace.objects.update(name="Zeta")
    assert Workspace.objects.get().name == "Zeta"


def test_a_savepoint_may_come_first() -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            _create_and_fail()
        Workspace.objects.create(name="Zeta")
    assert [one.name for one in Workspace.objects.all()] == ["Zeta"]


@transaction.atomic
def _create_and_fail() -> None:
    Workspace.objects.create(name="Acme")
    assert Workspace.objects.count() == 1
    raise ZeroDivisionError
