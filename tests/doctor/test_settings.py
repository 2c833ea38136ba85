"""Settings that contradict each other, or do not fit where Voxa runs."""

import pytest
from pytest_django import Settings

from tests.doctor.asking import found
from voxa.core.doctor.findings import Severity
from voxa.doctor.settings import look

PRODUCTION = {
    "API_PUBLIC_URL": "https://voxa.example.com",
    "ALLOWED_HOSTS": ["voxa.example.com"],
    "LIVEKIT_URL": "wss://livekit.example.com",
    "LIVEKIT_API_KEY": "voxa",
    "LIVEKIT_API_SECRET": "s" * 40,
    "SIP_DOMAIN": "sip.example.com",
    "FERNET_KEYS": ["k" * 40],
    "EMBEDDED_DATABASE": False,
    "EMBEDDED_BROKER": False,
}


@pytest.fixture
def production(settings: Settings) -> Settings:
    for name, value in PRODUCTION.items():
        setattr(settings, name, value)
    return settings


def test_nothing_is_wrong_with_good_ones(production: Settings) -> None:
    assert found(look) == {}


@pytest.mark.parametrize(
    ("name", "value", "code", "words"),
    [
        ("LIVEKIT_API_SECRET", "", "settings.voxa.E002", "LIVEKIT_API_SECRET missing"),
        ("FERNET_KEYS", [], "settings.voxa.E001", "FERNET_KEYS is empty"),
        ("ALLOWED_HOSTS", ["127.0.0.1"], "settings.allowed_hosts", "fails with 400"),
        ("API_PUBLIC_URL", "http://127.0.0.1:8000", "settings.public_url", "this machine only"),
        ("SIP_DOMAIN", "sip.localhost", "settings.sip_domain", "do not work"),
        ("LIVEKIT_IS_SANDBOX", True, "settings.sandbox", "no real calls"),
        ("EMBEDDED_DATABASE", True, "settings.embedded", "DATABASE_URL not set"),
        ("TELNYX_API_KEY", "KEY-s3cret", "settings.half", "TELNYX_CONNECTION_ID missing"),
    ],
)
def test_each_wrong_one_is_named(production: Settings, name: str, value: object, code: str, words: str) -> None:
    production.ALLOWED_HOSTS = [*production.ALLOWED_HOSTS, "127.0.0.1"]
    setattr(production, name, value)
    findings = found(look)
    assert words in findings[code].what
    assert not any("s3cret" in finding.what + finding.remedy for finding in findings.values())


def test_a_trial_on_one_machine_is_only_told_that_it_is_one(settings: Settings) -> None:
    settings.API_PUBLIC_URL, settings.LIVEKIT_URL = "http://127.0.0.1:8000", "ws://127.0.0.1:17880"
    settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET, settings.LIVEKIT_IS_SANDBOX = "sandbox", "s" * 40, True
    settings.FERNET_KEYS = ["k" * 40]
    assert {code: finding.severity for code, finding in found(look).items()} == {"settings.sandbox": Severity.WARNING}
