"""DTMF timing of the SIP service: RFC 4733 tones of 260 ms with pauses of the same length."""

KEY_SECONDS = 0.54  # measured from the start of one key to the start of the next
PAUSE_SECONDS = 0.5  # for a `w` among the digits


def seconds_to_press(keys: str) -> float:
    """Return the seconds it takes to send these DTMF digits."""
    return sum(PAUSE_SECONDS if key == "w" else KEY_SECONDS for key in keys)
