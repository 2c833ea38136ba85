"""A key is looked up once in two seconds; what this process changes counts at once."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import ApiKey, Workspace
from accounts.services import key_cache
from accounts.services.keys import create_api_key, find_api_key, note_use, revoke
from accounts.services.workspaces import create_workspace

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def text() -> str:
    return create_api_key(create_workspace("Acme"), "ci", ["agents:read"])[1]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`later(seconds)` moves the cache's clock to so long after the start."""
    now = {"at": 100.0}
    monkeypatch.setattr(time, "monotonic", lambda: now["at"])
    return lambda seconds: now.update(at=100.0 + seconds)


def found(text: str) -> ApiKey:
    key = find_api_key(text)
    assert key is not None
    return key


def test_a_key_is_read_again_after_two_seconds(text: str, later: Any, django_assert_num_queries: Any) -> None:
    found(text)
    later(1.9)
    with django_assert_num_queries(0):
        found(text)
    later(2.0)
    with django_assert_num_queries(1):
        found(text)


def test_a_revocation_counts_at_once_in_this_process(text: str) -> None:
    revoke(found(text))
    assert found(text).revoked_at is not None
    assert Client(headers={"authorization": f"Bearer {text}"}).get("/v1/telephony/trunks").status_code == 401


def test_another_process_s_revocation_counts_after_two_seconds(text: str, later: Any) -> None:
    identifier = found(text).identifier
    ApiKey.objects.filter(identifier=identifier).update(revoked_at="2026-01-01T00:00:00Z")
    assert found(text).revoked_at is None
    later(2.0)
    assert found(text).revoked_at is not None


def test_a_key_read_before_the_commit_of_its_revocation_is_read_again(text: str) -> None:
    key = found(text)
    with transaction.atomic():
        revoke(key)
        key_cache.keys._found[key.identifier] = time.monotonic(), found_before(key)
    assert found(text).revoked_at is not None


def found_before(key: ApiKey) -> ApiKey:
    """Return what another thread reads until the commit."""
    return ApiKey(pk=key.pk, workspace=key.workspace, key_hash=key.key_hash, identifier=key.identifier)


def test_a_transaction_reads_its_own_rows_and_keeps_none(text: str) -> None:
    with transaction.atomic():
        ApiKey.objects.update(name="Renamed")
        assert found(text).name == "Renamed"
        transaction.set_rollback(True)
    assert found(text).name == "ci"


def test_a_changed_workspace_and_a_deleted_key_count_at_once(text: str) -> None:
    workspace = found(text).workspace
    workspace.country = "DE"
    workspace.save()
    assert found(text).workspace.country == "DE"
    found(text).delete()
    assert find_api_key(text) is None


def test_what_one_request_sets_on_its_key_is_not_seen_by_the_next(text: str) -> None:
    first = found(text)
    first.scopes, first.workspace.name = ["workspace:admin"], "Other"
    second = found(text)
    assert (second.scopes, second.workspace.name) == (["agents:read"], "Acme")


def test_the_use_of_a_key_is_noted_once(text: str, django_assert_num_queries: Any) -> None:
    key = found(text)
    now = key.created_at
    note_use(key, now)
    again = found(text)
    with django_assert_num_queries(0):
        note_use(again, now)
    assert again.last_used_at == now


def test_a_lookup_under_way_does_not_outlive_a_change(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = key_cache._read

    def read_then_changed(identifier: str) -> ApiKey | None:
        key = read(identifier)
        Workspace.objects.get().save()
        return key

    monkeypatch.setattr(key_cache, "_read", read_then_changed)
    found(text)
    assert key_cache.keys._found == {}


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(key_cache, "MOST", 1)
    other = create_api_key(Workspace.objects.get(), "cd", ["agents:read"])[1]
    assert {found(one).name for one in (text, other, text)} == {"ci", "cd"}
    assert len(key_cache.keys._found) == 1
