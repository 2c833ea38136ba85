"""Finding one row: sorted by nobody, and by SQL that is written once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiKey, Workspace
from accounts.services.keys import create_api_key
from voxa.lookup import Lookup, only_row

KEYS = Lookup(ApiKey.objects.select_related("workspace"), "identifier")


@pytest.fixture
def keys(acme: Workspace, globex: Workspace) -> list[ApiKey]:
    return [create_api_key(workspace, "a key", ["agents:read"])[0] for workspace in (acme, globex)]


def test_each_value_finds_its_own_row_with_what_is_selected_beside_it(
    keys: list[ApiKey], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for key in keys:
        with django_assert_num_queries(1):
            found = KEYS.find(key.identifier)
            assert found is not None
            assert (found, found.workspace.slug) == (key, key.workspace.slug)


def test_every_column_has_the_value_that_the_orm_reads(keys: list[ApiKey]) -> None:
    read, found = ApiKey.objects.get(pk=keys[0].pk), KEYS.find(keys[0].identifier)
    assert found is not None
    for row, same in ((read, found), (read.workspace, found.workspace)):
        names = [field.attname for field in row._meta.concrete_fields]
        assert [getattr(row, name) for name in names] == [getattr(same, name) for name in names]
        assert not same._state.adding


def test_one_row_is_asked_for_without_sorting(keys: list[ApiKey]) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert only_row(ApiKey.objects.filter(pk=keys[0].pk)) == keys[0]
        assert only_row(ApiKey.objects.filter(pk=keys[0].pk, name="another")) is None
    assert not any("ORDER BY" in query["sql"] for query in asked)


def test_an_unknown_value_finds_nothing(keys: list[ApiKey]) -> None:
    assert KEYS.find("' OR 1=1 --") is None


@pytest.mark.django_db(transaction=True)
def test_threads_ask_on_their_own_connections(keys: list[ApiKey]) -> None:
    def find(key: ApiKey) -> ApiKey | None:
        try:
            return KEYS.find(key.identifier)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(find, keys * 4)) == keys * 4
