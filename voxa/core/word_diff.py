"""Texts compared word by word."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

MOST_PAIRS = 1_000_000  # of equal words, 0.6 s measured; above it the differing middle is marked as a whole
_WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True)
class Piece:
    """A part of both texts (`same`), of the old one alone (`removed`) or of the new one alone (`added`)."""

    kind: str
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """Return the pieces of two texts in order."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [("same", old[:head]), *_middle(old_middle, new_middle), ("same", old[len(old) - tail :])]
    return [Piece(kind, "".join(words)) for kind, words in pieces if words]


def _common(one: list[str], other: list[str]) -> int:
    """Return how many words at the start are the same."""
    return next((at for at, (a, b) in enumerate(zip_longest(one, other)) if a != b), len(one))


def _middle(old: list[str], new: list[str]) -> list[tuple[str, list[str]]]:
    times = Counter(new)
    if sum(times[word] for word in old) > MOST_PAIRS:
        return [("removed", old), ("added", new)]
    found: list[tuple[str, list[str]]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += [("same", old[a:b])] if kind == "equal" else [("removed", old[a:b]), ("added", new[c:d])]
    return found
