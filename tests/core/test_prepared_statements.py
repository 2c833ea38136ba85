"""On PostgreSQL a statement of a fixed shape is prepared once for a connection."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Workspace
from voxa.core.postgresql.base import hold
from voxa.core.postgresql.kept import AFTER, Kept, Several

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SUM = Kept("SELECT %s::int + 1, '100 %%'")
WORKSPACES = Kept("SELECT name, (SELECT count(*) FROM accounts_user) FROM accounts_workspace WHERE name = %s")


@pytest.fixture(autouse=True)
def _new_connection() -> Iterator[None]:
    connection.close()
    yield
    connection.close()


def ask(sql: str, params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def prepared() -> dict[str, str]:
    return dict(ask("SELECT name, statement FROM pg_prepared_statements WHERE from_sql", None))


def test_it_is_prepared_when_it_is_sent_again_and_again() -> None:
    for turn in range(AFTER):
        assert ask(SUM, [turn]) == [(turn + 1, "100 %")]
    assert prepared() == {}
    for turn in range(3):
        assert ask(SUM, [turn]) == [(turn + 1, "100 %")]
    (text,) = prepared().values()
    assert text.startswith("PREPARE select_rows_1 AS SELECT $1::int + 1, '100 %'; EXECUTE")


def test_its_name_tells_the_server_s_reader_verb_and_table() -> None:
    for _ in range(AFTER + 1):
        ask(WORKSPACES, ["Acme"])
    assert list(prepared()) == ["select_accounts_workspace_1"]


def test_several_go_in_one_message() -> None:
    for turn in range(AFTER + 2):
        with connection.cursor() as cursor:
            cursor.execute(Several((SUM, WORKSPACES)), [turn, "Acme"])
            assert cursor.fetchall() == [(turn + 1, "100 %")]
            assert cursor.nextset()
            assert cursor.fetchall() == []
    assert len(prepared()) == 2


def test_whoever_logs_statements_reads_their_own_text() -> None:
    for turn in range(AFTER + 1):
        with CaptureQueriesContext(connection) as queries:
            assert ask(SUM, [turn]) == [(turn + 1, "100 %")]
        assert [query["sql"] for query in queries] == [f"SELECT {turn}::int + 1, '100 %'"]


def test_an_update_counts_its_rows() -> None:
    Workspace.objects.create(name="Acme")
    for _ in range(AFTER + 2):
        with connection.cursor() as cursor:
            cursor.execute(Kept("UPDATE accounts_workspace SET name = %s WHERE name = %s"), ["Acme", "Acme"])
            assert cursor.rowcount == 1


def test_what_is_held_is_prepared_too() -> None:
    session = Kept("INSERT INTO django_session VALUES (%s, '', now())")
    for turn in range(AFTER + 2):
        with transaction.atomic():
            hold(connection, session, [str(turn)])
    assert ask("SELECT count(*) FROM django_session", None) == [(AFTER + 2,)]
    assert list(prepared()) == ["insert_django_session_1"]


def test_what_was_prepared_stays_when_its_transaction_is_rolled_back() -> None:
    for turn in range(AFTER + 2):
        with transaction.atomic():
            ask(SUM, [turn])
            transaction.set_rollback(True)
    assert ask(SUM, [7]) == [(8, "100 %")]
    assert len(prepared()) == 1


def test_what_the_server_did_not_get_to_is_prepared_again() -> None:
    for turn in range(AFTER):
        ask(SUM, [turn])
    with pytest.raises(ProgrammingError):
        _ask_after_what_fails()
    assert prepared() == {}
    with pytest.raises(DataError):
        ask(SUM, ["no number"])  # sent with its PREPARE: whether that was done is not known
    assert ask(SUM, [2]) == ask(SUM, [2]) == [(3, "100 %")]


@transaction.atomic
def _ask_after_what_fails() -> None:
    hold(connection, "DELETE FROM nowhere")
    ask(SUM, [1])


def test_a_pooler_of_transactions_gets_plain_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    for turn in range(AFTER + 2):
        assert ask(SUM, [turn]) == [(turn + 1, "100 %")]
    assert prepared() == {}
