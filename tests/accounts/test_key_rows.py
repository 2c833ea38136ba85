"""Making, revoking and noting the use of keys."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ApiKey, User, Workspace
from accounts.services.keys import create_api_key, note_use, revoke


def test_every_wrong_field_is_named(acme: Workspace) -> None:
    with pytest.raises(ValidationError) as caught:
        create_api_key(acme, "", ["agents:reed"])
    assert set(caught.value.message_dict) == {"name", "scopes"}
    assert not ApiKey.objects.exists()


def test_scopes_are_kept_once_each(acme: Workspace, acme_owner: User) -> None:
    key, _ = create_api_key(acme, "ci", ["calls:read", "agents:read", "calls:read"], created_by=acme_owner)
    key.refresh_from_db()
    assert (key.scopes, key.created_by) == (["agents:read", "calls:read"], acme_owner)


def test_revoking_twice_keeps_the_first_moment(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "ci", ["agents:read"])
    revoke(key)
    first = key.revoked_at
    revoke(key)
    key.refresh_from_db()
    assert key.revoked_at == first
    assert key.history.count() == 2


def test_use_is_noted_at_most_once_a_minute(acme: Workspace, django_assert_num_queries: Any) -> None:
    key, _ = create_api_key(acme, "ci", ["agents:read"])
    now = timezone.now()
    note_use(key, now)
    key.refresh_from_db()
    assert key.last_used_at == now
    with django_assert_num_queries(0):
        note_use(key, now + timedelta(seconds=59))
    note_use(key, now + timedelta(seconds=60))
    key.refresh_from_db()
    assert key.last_used_at == now + timedelta(seconds=60)


def test_of_two_at_once_the_later_write_changes_nothing(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "ci", ["agents:read"])
    other, now = ApiKey.objects.get(), timezone.now()
    note_use(key, now)
    note_use(other, now + timedelta(seconds=1))
    key.refresh_from_db()
    assert key.last_used_at == now
