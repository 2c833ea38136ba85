"""Erased numbers that must not be called: kept as keyed hashes that do not reveal the number.

Without them, the next imported list could make Voxa call an erased number again.
"""

import base64

from django.conf import settings
from django.utils.crypto import salted_hmac

from voxa.core.number_fields import settled

MARK = "#"
_LENGTH = 15  # as long as a number including the prefix: 75 bits


def hashed(number: str, key: str = "") -> str:
    """Return the do-not-call entry of an erased number. `key` is the current or a former SECRET_KEY."""
    plain = settled(number)
    digest = salted_hmac("voxa.do-not-call", plain, secret=key or settings.SECRET_KEY, algorithm="sha256").digest()
    return MARK + base64.b32encode(digest).decode()[:_LENGTH]


def listed_as(number: str) -> list[str]:
    """Return each form in which a number may be on the list."""
    return [settled(number), *(hashed(number, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))]
