"""Secrets that are placeholders, short or foreseeable are told from random ones."""

import secrets
from collections.abc import Callable

import pytest

from voxa.secret_strength import weakness

WEAK = [
    "change-me",
    "CHANGE-ME",
    "please-change-me-before-you-start-this-at-home",
    "django-insecure-Zb4#x9!kQ2m$7vR8wL1n%5tY6uP3oA0s",
    "change_me_6b1f0d7c2a9e4835fa6b1f0d7c2a9e48",
    "voxa",
    "x" * 64,
    "ab" * 32,
    "abc" * 30,
    "password" * 5,
    "0123456789" * 5,
    "0123456789abcdef" * 4,
    "deadbeef" * 8,
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "9876543210zyxwvutsrqponmlkjihgfedcba",
    "check-only-" + "0" * 49 + "7",
    "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbcccccccccccccccc",
    "tests-only-" + "x" * 50,
    " " * 40,
    "é" * 40,
]


@pytest.mark.parametrize("secret", WEAK)
def test_what_anyone_could_guess_is_weak(secret: str) -> None:
    told = weakness(secret, 32)
    assert told is not None
    assert secret not in told


def test_what_the_documentation_shows_is_weak() -> None:
    shown = secrets.token_urlsafe(48)
    assert "placeholder" in str(weakness(shown, 32, [shown]))
    assert weakness(shown, 32) is None


@pytest.mark.parametrize("shortest", [12, 32])
def test_the_shortest_length_counts(shortest: int) -> None:
    secret = secrets.token_urlsafe(48)
    assert weakness(secret[:shortest], shortest) is None
    assert str(shortest) in str(weakness(secret[: shortest - 1], shortest))


@pytest.mark.parametrize(
    "make", [secrets.token_urlsafe, secrets.token_hex, lambda size: str(secrets.randbits(8 * size))]
)
def test_random_secrets_will_do(make: Callable[[int], str]) -> None:
    assert {weakness(make(size), 12) for size in (16, 24, 32, 64) for _ in range(50)} == {None}


def test_a_long_sentence_will_do() -> None:
    assert weakness("seven green parrots argue about LiveKit on Tuesday", 32) is None
