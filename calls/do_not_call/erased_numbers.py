"""Numbers that are not called although they were erased: kept as keyed hashes, which nobody reads a number from.

Without them an erased number would be called again by the next list that holds it.
"""

import base64

from django.conf import settings
from django.utils.crypto import salted_hmac

from voxa.core.number_fields import settled

MARK = "#"
_LENGTH = 15  # with the mark as long as a number: 75 bits


def hashed(number: str, key: str = "") -> str:
    """Return what stands on the do-not-call list for an erased number. `key` is the SECRET_KEY or a former one."""
    plain = settled(number)
    digest = salted_hmac("voxa.do-not-call", plain, secret=key or settings.SECRET_KEY, algorithm="sha256").digest()
    return MARK + base64.b32encode(digest).decode()[:_LENGTH]


def listed_as(number: str) -> list[str]:
    """Return each spelling under which a number may stand on the list."""
    return [settled(number), *(hashed(number, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))]
