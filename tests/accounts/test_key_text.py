"""The text of a key: its form, its checksum, and what a wrong one costs."""

import re
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ApiKey, Workspace
from accounts.services.keys import checksum, create_api_key, find_api_key, make_key_text

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_a_key_is_prefix_identifier_secret_and_checksum() -> None:
    assert re.fullmatch(r"vx_live_[0-9A-Za-z]{12}[0-9A-Za-z]{32}[0-9A-Za-z]{6}", make_key_text())
    assert make_key_text() != make_key_text()


@given(st.text(st.sampled_from(BASE62), max_size=60))
def test_the_checksum_is_the_crc32_in_base_62(body: str) -> None:
    value = 0
    for digit in checksum(body):
        value = value * 62 + BASE62.index(digit)
    assert value == zlib.crc32(body.encode())


def test_only_a_keyed_hash_is_stored(acme: Workspace) -> None:
    key, text = create_api_key(acme, "ci", ["agents:read"])
    stored = str(ApiKey.objects.filter(pk=key.pk).values().get())
    assert text not in stored
    assert text[20:52] not in stored
    assert text[20:52] not in str(list(ApiKey.history.values()))


@pytest.mark.parametrize("position", [8, 20, 51, 57])
def test_a_mistyped_key_is_refused_without_a_query(
    acme: Workspace, position: int, django_assert_num_queries: Any
) -> None:
    _, text = create_api_key(acme, "ci", ["agents:read"])
    other = "0" if text[position] != "0" else "1"
    with django_assert_num_queries(0):
        assert find_api_key(text[:position] + other + text[position + 1 :]) is None


@pytest.mark.django_db
@given(st.text(max_size=80))
def test_no_text_breaks_the_search(text: str) -> None:
    assert find_api_key(text) is None


def test_a_well_formed_key_with_another_secret_is_refused(acme: Workspace) -> None:
    key, _ = create_api_key(acme, "ci", ["agents:read"])
    body = f"vx_live_{key.identifier}{'x' * 32}"
    assert find_api_key(body + checksum(body)) is None


def test_a_key_is_found_with_its_workspace_by_one_query(acme: Workspace, django_assert_num_queries: Any) -> None:
    key, text = create_api_key(acme, "ci", ["agents:read"])
    with django_assert_num_queries(1):
        found = find_api_key(text)
        assert found == key
        assert found.workspace == acme


def test_keys_outlive_a_change_of_the_secret_key(acme: Workspace, settings: Any) -> None:
    key, text = create_api_key(acme, "ci", ["agents:read"])
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 9
    assert find_api_key(text) == key
    settings.SECRET_KEY_FALLBACKS = []  # used once, the key no longer needs the former one
    assert find_api_key(text) == key


def test_keys_end_with_a_secret_key_that_is_gone(acme: Workspace, settings: Any) -> None:
    _, text = create_api_key(acme, "ci", ["agents:read"])
    settings.SECRET_KEY = "another" * 9
    assert find_api_key(text) is None
