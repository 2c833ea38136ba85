"""Counts in words."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return `1 number`, `2 numbers`, `1,000 numbers`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
