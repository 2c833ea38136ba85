"""How LiveKit compares phone numbers."""

import re

_NUMBER = re.compile(r"\+?[\d\- ()]+", re.ASCII)


def normalized(number: str) -> str:
    """Return a number with its `+` and without separators; other text stays unchanged."""
    if not _NUMBER.fullmatch(number):
        return number
    return "+" + re.sub(r"[+\- ()]", "", number)
