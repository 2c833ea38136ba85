"""`manage.py check` names what is wrong with the settings, and the remedy."""

from collections.abc import Callable, Sequence

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from voxa import checks

WHOLE = {"LIVEKIT_URL": "wss://livekit.example.com", "LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": "s" * 32}
Check = Callable[[None], Sequence[CheckMessage]]


def found(check: Check) -> list[str | None]:
    messages = check(None)
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


@pytest.mark.parametrize("keys", [[], [""], ["good", ""]])
def test_a_missing_encryption_key(settings: Settings, keys: list[str]) -> None:
    settings.FERNET_KEYS = keys
    assert found(checks.check_encryption_keys) == ["voxa.E001"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        (dict.fromkeys(WHOLE, ""), []),
        ({"LIVEKIT_API_SECRET": ""}, ["voxa.E002"]),
        ({"LIVEKIT_URL": ""}, ["voxa.E002"]),
        ({"LIVEKIT_URL": "livekit.example.com"}, ["voxa.E003"]),
        ({"LIVEKIT_URL": "ftp://livekit.example.com"}, ["voxa.E003"]),
    ],
)
def test_livekit_is_whole_or_absent(settings: Settings, change: dict[str, str], expected: list[str]) -> None:
    for name, value in {**WHOLE, **change}.items():
        setattr(settings, name, value)
    assert found(checks.check_livekit) == expected


@pytest.mark.parametrize(
    ("domain", "expected"), [("sip.example.com", []), ("sip:example.com", ["voxa.E004"]), ("", ["voxa.E004"])]
)
def test_the_sip_domain_is_a_host(settings: Settings, domain: str, expected: list[str]) -> None:
    settings.SIP_DOMAIN = domain
    assert found(checks.check_sip_domain) == expected


@pytest.mark.parametrize(("url", "expected"), [("https://voxa.example.com", []), ("voxa.example.com", ["voxa.E005"])])
def test_the_public_address_is_a_url(settings: Settings, url: str, expected: list[str]) -> None:
    settings.API_PUBLIC_URL = url
    assert found(checks.check_public_url) == expected
