"""Check the strength of secrets. Pure; messages never contain the secret."""

import zlib
from collections.abc import Collection

PLACEHOLDERS = ("change-me", "changeme", "change_me", "change me", "django-insecure", "your-secret", "example")
ENOUGH = 24  # bytes of entropy as measured by a compressor: more than any pattern, less than any random text


def weakness(secret: str, shortest: int, examples: Collection[str] = ()) -> str | None:
    """Return the fault of a secret, as the end of a sentence; None if it is strong.

    `shortest` counts characters; `examples` are values that the documentation shows.
    """
    if secret in examples or any(word in secret.lower() for word in PLACEHOLDERS):
        return "is a placeholder that anyone can read in the documentation"
    if len(secret) < shortest:
        return f"is shorter than {shortest} characters"
    if _unforeseen(secret) < min(ENOUGH, 0.8 * len(secret)):
        return "repeats itself or follows a sequence, so it can be guessed"
    return None


def _unforeseen(text: str) -> int:
    """Return the compressed size of a text, or of the differences between its characters."""
    steps = bytes((after - before) % 256 for before, after in zip(text.encode(), text.encode()[1:], strict=False))
    return min(_compressed(text.encode()), _compressed(steps))


def _compressed(data: bytes) -> int:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)  # raw: no header to count
    return len(compressor.compress(data) + compressor.flush())
