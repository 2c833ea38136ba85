"""Compare a question with passages by their words, in any language: without case, accents and common endings."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

MOST_TERMS = 16
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")  # Thai, Lao, Japanese, Chinese: no spaces
_SOON = 1.2  # how soon another occurrence of a word stops to matter, as in BM25


def folded(text: str) -> str:
    """Return a text for comparisons: lower case, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def terms(question: str) -> list[str]:
    """Return the beginnings of a question's words, the longest first; they find other forms of the words too."""
    found: set[str] = set()
    for word in _WORD.findall(folded(question)):
        if _UNSPACED.search(word):
            found |= {word[place : place + 2] for place in range(max(len(word) - 1, 1))}
        elif len(word) > 2 or word.isdecimal():
            found.add(_stem(word))
    return sorted(found, key=lambda term: (-len(term), term))[:MOST_TERMS]


def _stem(word: str) -> str:
    if len(word) < 5 or any(letter.isdecimal() for letter in word):
        return word
    return word[: max(4, len(word) - (2 if len(word) > 6 else 1))]


def scored(wanted: Sequence[str], passages: Mapping[int, str], of: int) -> dict[int, float]:
    """Return the scores of folded passages that have one of the terms, as BM25 has them; `of` is how many there are."""
    counts = {key: [len(_occurrences(term, text)) for term in wanted] for key, text in passages.items()}
    weights = [_rarity(sum(1 for one in counts.values() if one[place]), of) for place in range(len(wanted))]
    usual = sum(map(len, passages.values())) / max(len(passages), 1) or 1
    scores = {}
    for key, found in counts.items():
        long = 0.25 + 0.75 * len(passages[key]) / usual
        scores[key] = sum(
            weight * count / (count + _SOON * long) for weight, count in zip(weights, found, strict=True) if count
        )
    return {key: score for key, score in scores.items() if score > 0}


def _occurrences(term: str, text: str) -> list[str]:
    beginning = "" if _UNSPACED.search(term) else r"\b"
    return re.findall(beginning + re.escape(term), text)


def _rarity(having: int, of: int) -> float:
    return math.log(1 + (max(of, having) - having + 0.5) / (having + 0.5))


def best(rankings: Iterable[Sequence[int]], most: int) -> list[int]:
    """Return the best of several rankings together (reciprocal rank fusion)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking):
            scores[key] = scores.get(key, 0.0) + 1 / (60 + place)
    return sorted(scores, key=lambda key: (-scores[key], key))[:most]
