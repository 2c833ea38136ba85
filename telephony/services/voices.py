"""The voices that a provider offers to a key of the workspace."""

import json
import time
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.cache import cache

from accounts.models import Workspace
from agents.choices import KeyProvider, ProviderCheck
from agents.vendors import VENDORS
from agents.vendors.base import Voice, VoiceList
from telephony.models import ProviderKey
from voxa.core import safe_http
from voxa.core.api.parsers import bad_text
from voxa.core.errors import Conflict, ServiceError, Unavailable
from voxa.core.http.outbound import Answer, Limits, OutboundError, send

KEPT, WAIT, MOST_BYTES, MOST_PAGES = 600, 6.0, 8_000_000, 20  # seconds, seconds, of a page, of a list
_UNREADABLE = "{} sent no list of voices that can be read. Try again later."


def voices(workspace: Workspace, provider: str, key_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return the voices of a provider for a key, by default the newest accepted one; kept for ten minutes per key.

    Within 6 s. Never call it in a transaction. Raise `ServiceError` where the provider has no list, `Conflict` without
    an accepted key, `Unavailable` if the provider does not answer.
    """
    listed, label = VENDORS[provider].voices, KeyProvider(provider).label
    if listed is None:
        words = f"{label} has no list of voices. Choose one of {', '.join(with_voices())}."
        raise ServiceError("no_voice_list", words, "provider")
    key = _key(workspace, provider, key_id)
    if key is None:
        raise Conflict("no_provider_key", f"The workspace has no such key of {label}. Add one to /v1/provider-keys.")
    place = f"voices:{key.pk}:{key.rotated_at.timestamp()}:{key.region}"
    found: list[dict[str, Any]] | None = cache.get(place)
    if found is None:
        found = [asdict(one) for one in _all(key, listed, label)]
        cache.set(place, found, KEPT)
    return found


def with_voices() -> list[str]:
    """Return the providers that list voices."""
    return [name for name, vendor in VENDORS.items() if vendor.voices]


def _key(workspace: Workspace, provider: str, key_id: UUID | None) -> ProviderKey | None:
    rows = ProviderKey.objects.filter(workspace=workspace, provider=provider)
    if key_id:
        return rows.filter(pk=key_id).first()
    newest = list(rows.order_by("-rotated_at", "-id"))
    accepted = [key for key in newest if key.provider_check != ProviderCheck.REFUSED]
    return next(iter([*accepted, *newest]), None)


def _all(key: ProviderKey, listed: VoiceList, label: str) -> list[Voice]:
    end, path, found = time.monotonic() + WAIT, listed.path, list[Voice]()
    for _ in range(MOST_PAGES):
        answer = _page(key, path, end - time.monotonic(), label)
        if answer.status in (401, 403):
            raise Conflict("key_refused", f"{label} rejects the key {key.name}. Enter a valid one.")
        if not answer.ok:
            raise Unavailable("provider_unavailable", f"{label} returned HTTP {answer.status}. Try again later.")
        try:
            page, path = listed.read(json.loads(answer.body))
            if any(bad_text([asdict(one) for one in page], "")):
                raise ValueError("characters that no response can have")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Unavailable("provider_unavailable", _UNREADABLE.format(label)) from None
        found += page
        if not path:
            break
    return sorted(found, key=lambda one: (one.name.lower(), one.id))


def _page(key: ProviderKey, path: str, seconds: float, label: str) -> Answer:
    vendor, account = key.vendor, key.account
    left = max(seconds, 0.01)
    limits = Limits(connect=min(3.0, left), read=left, total=left, max_bytes=MOST_BYTES)
    url = vendor.address(account, path)
    try:
        return send("GET", url, policy=safe_http.ANYWHERE, headers=vendor.headers(account), limits=limits)
    except OutboundError:
        raise Unavailable("provider_unavailable", f"{label} did not answer. Try again later.") from None
