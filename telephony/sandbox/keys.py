"""Keys pressed on a call, as the SIP service sends them: RFC 4733 tones of 260 ms and as long a pause."""

KEY_SECONDS = 0.54  # measured from one key's start to the next one's
PAUSE_SECONDS = 0.5  # of a `w` among the keys of a dial


def seconds_to_press(keys: str) -> float:
    """Return how long a dial's keys take on the wire."""
    return sum(PAUSE_SECONDS if key == "w" else KEY_SECONDS for key in keys)
