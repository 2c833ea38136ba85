"""`manage.py check --deploy` fails on secrets that anyone could know, and names the setting, not the secret."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as project
from django.core.checks import Error
from pytest_django import Settings

from voxa import checks_deploy, dotenv
from voxa.checks_deploy import check_secrets

WEAK = ["change-me", "hunter2", "x" * 64, "0123456789" * 8]
NAMES = ("SECRET_KEY", "LIVEKIT_API_SECRET", "METRICS_TOKEN", "RECORDING_S3_SECRET", "TELNYX_API_KEY")


@pytest.fixture(autouse=True)
def _good(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets as they should be, each its own."""
    for name in NAMES:
        setattr(settings, name, secrets.token_urlsafe(48))
    settings.FERNET_KEYS = [secrets.token_urlsafe(48), secrets.token_urlsafe(48)]
    settings.SECRET_KEY_FALLBACKS = [secrets.token_urlsafe(48)]
    settings.CELERY_BROKER_URL = f"redis://:{secrets.token_urlsafe(48)}@redis:6379/0"
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", secrets.token_urlsafe(48))


def errors() -> list[tuple[str | None, str]]:
    found = check_secrets(None)
    assert all(isinstance(one, Error) and one.hint for one in found)
    return [(one.id, str(one.msg)) for one in found]


def test_good_secrets_pass() -> None:
    assert errors() == []


def test_what_is_not_used_needs_no_secret(settings: Settings) -> None:
    settings.LIVEKIT_API_SECRET = settings.METRICS_TOKEN = settings.RECORDING_S3_SECRET = settings.TELNYX_API_KEY = ""
    settings.SECRET_KEY_FALLBACKS, settings.CELERY_BROKER_URL = [], "redis://redis:6379/0"
    settings.DATABASES["default"]["PASSWORD"] = ""
    assert errors() == []


def _plain(name: str) -> Callable[[Any, str], None]:
    return lambda settings, secret: setattr(settings, name, secret)


PLACES: dict[str, Callable[[Any, str], None]] = {
    **{name: _plain(name) for name in NAMES},
    "No. 1 of FERNET_KEYS": lambda settings, secret: settings.FERNET_KEYS.__setitem__(0, secret),
    "No. 2 of FERNET_KEYS": lambda settings, secret: settings.FERNET_KEYS.__setitem__(1, secret),
    "No. 1 of SECRET_KEY_FALLBACKS": lambda settings, secret: settings.SECRET_KEY_FALLBACKS.__setitem__(0, secret),
    "DATABASE_URL": lambda settings, secret: settings.DATABASES["default"].update(PASSWORD=secret),
    "CELERY_BROKER_URL": lambda settings, secret: setattr(settings, "CELERY_BROKER_URL", f"redis://:{secret}@redis"),
}


@pytest.mark.parametrize("secret", WEAK)
@pytest.mark.parametrize("place", PLACES)
def test_a_weak_secret_is_an_error_in_each_place(settings: Settings, place: str, secret: str) -> None:
    PLACES[place](settings, secret)
    [(number, told)] = errors()
    assert (number, place in told, secret in told) == ("voxa.E010", True, False)


@pytest.mark.parametrize("value", sorted(dotenv.read(project.BASE_DIR / ".env.example").values()))
def test_any_value_of_the_example_is_refused_as_a_secret(settings: Settings, value: str) -> None:
    settings.SECRET_KEY = value
    assert [number for number, _ in errors()] == ["voxa.E010"]


@pytest.mark.parametrize("place", [place for place in PLACES if place != "SECRET_KEY"])
def test_a_secret_that_serves_twice_is_an_error(settings: Settings, place: str) -> None:
    PLACES[place](settings, settings.SECRET_KEY)
    [(number, told)] = errors()
    assert number == "voxa.E011"
    assert "SECRET_KEY" in told


@pytest.mark.parametrize("networks", [["10.1.2.3"], ["10.1.0.0/16", "fd00::/8"], []])
def test_networks_of_proxies_are_read(settings: Settings, networks: list[str]) -> None:
    settings.TRUSTED_PROXIES = networks
    assert checks_deploy.check_trusted_proxies(None) == []


@pytest.mark.parametrize("network", ["proxy", "10.1.2.3/99", ""])
def test_a_misspelled_network_of_proxies_is_an_error(settings: Settings, network: str) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1", network]
    assert [one.id for one in checks_deploy.check_trusted_proxies(None)] == ["voxa.E008"]


def check_deploy(environment: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", *more],
        env={"PATH": os.environ["PATH"], "VOXA_READ_DOTENV": "0", **environment},
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_production_example_fails_as_it_is() -> None:
    done = check_deploy(dotenv.read(project.BASE_DIR / ".env.example"))
    assert done.returncode == 1
    for name in ("SECRET_KEY", "No. 1 of FERNET_KEYS", "LIVEKIT_API_SECRET", "DATABASE_URL"):
        assert name in done.stderr


def test_the_production_example_passes_once_it_is_filled_in() -> None:
    example = dotenv.read(project.BASE_DIR / ".env.example")
    filled = {name: value.replace("change-me", secrets.token_urlsafe(48)) for name, value in example.items()}
    done = check_deploy(filled, "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
