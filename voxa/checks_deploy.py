"""Checks of `manage.py check --deploy`: secrets that others could know or guess."""

import ipaddress
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from voxa import dotenv
from voxa.secret_strength import weakness

LONG = 32  # characters; RFC 7518, 3.2 asks 32 bytes of what signs HS256 tokens
SHORT = 12  # characters, for secrets that others chose or that are rate-limited
MAKE_ONE = "Set the output of `openssl rand -hex 32`."
# Settings with a secret, their minimum length, and the remedy for a weak one.
PLAIN = {
    "SECRET_KEY": (
        LONG,
        f"{MAKE_ONE} Keep the old one in SECRET_KEY_FALLBACKS while sessions and API keys migrate.",
    ),
    "LIVEKIT_API_SECRET": (LONG, f"{MAKE_ONE} Set the same one in LiveKit."),
    "METRICS_TOKEN": (LONG, MAKE_ONE),
    "RECORDING_S3_SECRET": (SHORT, "Create a new access key for the recording storage."),
    "TELNYX_API_KEY": (SHORT, "Copy the key from the Telnyx portal, or leave it empty."),
}
OF_LISTS = {
    "SECRET_KEY_FALLBACKS": "Remove it: anyone who knows it can forge sessions.",
    "FERNET_KEYS": f"{MAKE_ONE} Add it first, run `manage.py rotate_encryption_keys`, then remove the weak one.",
}

Secret = tuple[str, str, int, str]  # name, secret, minimum length, remedy


@register(deploy=True)
def check_secrets(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check that no secret is published in the documentation, guessable, or the same as another one."""
    found: list[CheckMessage] = []
    names: dict[str, str] = {}
    for name, secret, shortest, remedy in _secrets():
        if fault := weakness(secret, shortest, _examples()):
            found.append(Error(f"{name} {fault}.", hint=remedy, id="voxa.E010"))
        elif secret in names:
            what = f"{name} is the same as {names[secret]}: a leak of one exposes the other."
            found.append(Error(what, hint=remedy, id="voxa.E011"))
        names.setdefault(secret, name)
    return found


def _secrets() -> Iterator[Secret]:
    for name, (shortest, remedy) in PLAIN.items():
        if secret := getattr(settings, name):
            yield name, secret, shortest, remedy
    for name, remedy in OF_LISTS.items():
        for number, secret in enumerate(filter(None, getattr(settings, name)), 1):
            yield f"No. {number} of {name}", secret, LONG, remedy
    for name, password in _passwords():
        if password:
            yield f"The password in {name}", password, SHORT, f"{MAKE_ONE} Set it on the server too."


def _passwords() -> Iterator[tuple[str, str]]:
    yield "DATABASE_URL", settings.DATABASES["default"].get("PASSWORD") or ""
    yield "CELERY_BROKER_URL", unquote(urlsplit(settings.CELERY_BROKER_URL).password or "")


@cache
def _examples() -> frozenset[str]:
    """Return every value of `.env.example`, and the password in its DATABASE_URL."""
    path = settings.BASE_DIR / ".env.example"
    values = set(dotenv.read(path).values()) if path.exists() else set()
    return frozenset(values | {urlsplit(value).password or "" for value in values if "://" in value} - {""})


@register
def check_trusted_proxies(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Check TRUSTED_PROXIES: an invalid network would make each sign-in fail."""
    found: list[CheckMessage] = []
    for network in settings.TRUSTED_PROXIES:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            hint = "Enter addresses or networks, separated by commas, such as 127.0.0.0/8,10.1.2.3."
            found.append(Error(f"TRUSTED_PROXIES has “{network}”, which is not a network.", hint=hint, id="voxa.E008"))
    return found
