"""Retry schedule of webhooks. Pure. Source: the schedule of the Standard Webhooks specification 1.0.0."""

from datetime import timedelta

DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER = 0.1
LONGEST_RETRY_AFTER = timedelta(days=1)
DISABLE_AFTER = timedelta(days=5)


def retry_delay(attempts: int, retry_after: timedelta | None, chance: float) -> timedelta | None:
    """Return the time until the next attempt after `attempts` failed ones, or None after the last one.

    `chance` (0 to 1) extends it by up to a tenth, so that joint failures are not retried together. A longer
    `Retry-After` of the receiver is respected, up to a day.
    """
    if attempts >= len(DELAYS):
        return None
    delay = DELAYS[attempts] * (1 + JITTER * chance)
    return max(delay, min(retry_after or timedelta(), LONGEST_RETRY_AFTER))


def retry_after(header: str | None) -> timedelta | None:
    """Read a `Retry-After` header given in seconds; other formats are ignored."""
    text = (header or "").strip()
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else None
