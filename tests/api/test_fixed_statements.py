"""Queries whose SQL is made once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiKey, Workspace
from accounts.services.keys import create_api_key
from voxa.core.statements import Fixed, read_ahead, read_once, together


def keys_of(workspace: UUID, key: UUID) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(workspace=workspace, pk=key).select_related("workspace").defer("name")


def test_rows_are_those_of_the_query_with_their_relations(acme: Workspace, globex: Workspace) -> None:
    one, _ = create_api_key(acme, "one", ["agents:read"])
    two, _ = create_api_key(globex, "two", ["agents:read"])
    find = Fixed(keys_of, UUID, UUID)
    for workspace, key in ((acme, one), (globex, two)):
        (found,) = find(workspace.pk, key.pk)
        assert (found, found.workspace, found.get_deferred_fields()) == (key, workspace, {"name"})
    assert find.only(acme.pk, two.pk) is None
    assert find.only(acme.pk, uuid4()) is None


def test_texts_are_arguments_too(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "it's 100 % argument 0", ["agents:read"])
    find = Fixed(lambda name, workspace: ApiKey.objects.filter(workspace=workspace, name=name), str, UUID)
    assert find("argument 0", acme.pk) == []
    assert find(key.name, acme.pk) == [key]


def test_constants_are_texts_of_any_kind(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "it's 100 % %s of \\ $1", ["agents:read"])
    create_api_key(acme, "it's 100 x %s of \\ $1", ["agents:read"])
    find: Fixed[Any] = Fixed(
        lambda workspace: (
            ApiKey.objects.filter(workspace=workspace, name__contains="'s 100 % %s of \\ $1")
            .annotate(share=RawSQL("'%%s' || %s", ["%"]))
            .values_list("pk", "share")
        ),
        UUID,
    )
    for _ in range(5):
        assert find(acme.pk) == [(key.pk, "%s%")]


@pytest.mark.postgres
def test_the_sql_is_made_once(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "one", ["agents:read"])
    find = Fixed(keys_of, UUID, UUID)
    find(acme.pk, key.pk)
    with patch.object(SQLCompiler, "as_sql", side_effect=AssertionError("made again")):
        assert find.only(acme.pk, key.pk) == key


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_on_its_own_connection(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "one", ["agents:read"])
    find = Fixed(keys_of, UUID, UUID)
    find(acme.pk, key.pk)

    def ask() -> ApiKey | None:
        try:
            return find.only(acme.pk, key.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == key


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction_each_time(acme: Workspace) -> None:
    find = Fixed(lambda pk: Workspace.objects.select_for_update().filter(pk=pk), UUID)
    with transaction.atomic():
        assert find.only(acme.pk) == acme
    with pytest.raises(transaction.TransactionManagementError):
        find(acme.pk)


def test_queries_are_asked_together_with_the_rows_of_each(acme: Workspace, globex: Workspace) -> None:
    key, _ = create_api_key(acme, "100 %", ["agents:read"])
    find = Fixed(keys_of, UUID, UUID)
    names: Fixed[Any] = Fixed(lambda name: Workspace.objects.filter(name=name).values_list("pk", flat=True), str)
    asked = ((find, (acme.pk, key.pk)), (names, (globex.name,)), (find, (globex.pk, key.pk)), (names, ("100 %",)))
    assert together(*asked) == [[key], [globex.pk], [], []]


@pytest.mark.postgres
def test_queries_that_are_asked_together_are_one_statement(
    acme: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    find = Fixed(lambda pk: Workspace.objects.filter(pk=pk), UUID, shared=True)
    with django_assert_num_queries(1), read_once():
        read_ahead((find, (acme.pk,)), (find, (uuid4(),)))
        assert find.only(acme.pk) == acme


def test_outside_of_read_once_nothing_is_read_ahead(
    acme: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    find = Fixed(lambda pk: Workspace.objects.filter(pk=pk), UUID, shared=True)
    with django_assert_num_queries(1):
        read_ahead((find, (acme.pk,)))
        assert find.only(acme.pk) == acme
