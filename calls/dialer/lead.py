"""How far ahead a send window begins: by when the dial can be sent."""

import time
from datetime import timedelta

HALVES_IN = 0.1  # seconds
SAMPLES = 8


class Lead:
    """How long it lately took at most from taking a send window until the dial could be sent.

    That halves with time, so that after a burst calls are dialed soon again, down to the shortest of the last ones: a
    window has room for what takes a little longer.
    """

    def __init__(self) -> None:
        self._longest, self._noted = 0.0, time.monotonic()
        self._last: tuple[float, ...] = (0.0,)

    def taken(self) -> timedelta:
        """Return how long it will take."""
        return timedelta(seconds=max(self._left(time.monotonic()), min(self._last)))

    def note(self, since: float) -> None:
        """Count what took until now from a moment of the monotonic clock."""
        now = time.monotonic()
        self._longest, self._noted = max(self._left(now), now - since), now
        self._last = (*self._last, now - since)[-SAMPLES:]

    def _left(self, now: float) -> float:
        return self._longest * float(0.5 ** ((now - self._noted) / HALVES_IN))
