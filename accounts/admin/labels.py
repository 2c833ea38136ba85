"""Colored labels of lists, in the language of the page."""

from typing import Any


class Labels(dict[Any, str]):
    """Colors by translated label for unfold, which looks them up by the words that the page shows."""

    def __contains__(self, words: object) -> bool:
        return any(str(label) == str(words) for label in self)

    def __missing__(self, words: object) -> str:
        return next(color for label, color in self.items() if str(label) == str(words))
