"""API keys: `vx_live_` + identifier (12) + secret (32) + checksum (6), all in base 62.

The checksum is the CRC-32 of everything before it, as in GitHub's tokens: a mistyped key is detected without a query,
and a secret scanner can tell a real key from a look-alike.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import ApiKey, User, Workspace
from accounts.services.key_cache import keys

PREFIX = "vx_live_"
LAST_USED_PRECISION = timedelta(minutes=1)
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_KEY = re.compile(r"vx_live_([0-9A-Za-z]{12})[0-9A-Za-z]{32}([0-9A-Za-z]{6})", re.ASCII)


def create_api_key(
    workspace: Workspace,
    name: str,
    scopes: Sequence[str],
    *,
    expires_at: datetime | None = None,
    created_by: User | None = None,
    reason: str | None = None,
) -> tuple[ApiKey, str]:
    """Create a key; return its row and its text, which is never shown again.

    `reason` is kept in the history. Raise `ValidationError` with the errors of all fields.
    """
    text = make_key_text()
    key = ApiKey(
        workspace=workspace,
        name=name,
        identifier=text[len(PREFIX) :][:12],
        key_hash=_hash(text, settings.SECRET_KEY),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_by=created_by,
    )
    key.full_clean()
    key._change_reason = reason  # type: ignore[attr-defined]  # read by django-simple-history
    key.save(force_insert=True)
    return key, text


def make_key_text() -> str:
    """Return a new random key."""
    body = PREFIX + "".join(secrets.choice(_BASE62) for _ in range(44))
    return body + checksum(body)


def checksum(body: str) -> str:
    """Return the CRC-32 of a text as six base 62 digits."""
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return digits


def find_api_key(text: str) -> ApiKey | None:
    """Return the key with this text and its workspace in at most one query; None if there is none.

    `ApiKey.refusal` says whether it may still be used. A malformed text costs no query.
    """
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    key = keys.known(match[1]) or (keys.find(match[1]) if checksum(text[:-6]) == match[2] else None)
    if key is None:
        return None
    current = _hash(text, settings.SECRET_KEY)
    if constant_time_compare(key.key_hash, current):
        return key
    if any(constant_time_compare(key.key_hash, _hash(text, secret)) for secret in settings.SECRET_KEY_FALLBACKS):
        ApiKey.objects.filter(pk=key.pk, key_hash=key.key_hash).update(key_hash=current)  # the fallback may go soon
        keys.forget()
        return key
    return None


def note_use(key: ApiKey, now: datetime) -> None:
    """Record when a key was last used, to the minute."""
    if key.last_used_at is None or key.last_used_at <= now - LAST_USED_PRECISION:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USED_PRECISION)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)
        keys.forget()


def revoke(key: ApiKey) -> None:
    """Revoke a key. A second call changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])


def _hash(text: str, secret: str) -> str:
    """Return what Django's `salted_hmac` returns, begun once: it is made for each request."""
    mac = _salted(secret).copy()
    mac.update(text.encode())
    return mac.hexdigest()


@cache
def _salted(secret: str) -> hmac.HMAC:
    return hmac.new(hashlib.sha256(b"accounts.ApiKey" + secret.encode()).digest(), digestmod="sha256")
