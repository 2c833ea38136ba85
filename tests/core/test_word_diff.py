"""Texts compared by words."""

import pytest

from voxa.core import word_diff as module
from voxa.core.word_diff import Piece, word_diff


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("Hello there.", "Hello there.", [("same", "Hello there.")]),
        ("", "Hello.", [("added", "Hello.")]),
        ("Hello.", "", [("removed", "Hello.")]),
        ("one two three", "one 2 three", [("same", "one "), ("removed", "two "), ("added", "2 "), ("same", "three")]),
        ("one\ntwo", "one\n\ntwo", [("removed", "one\n"), ("added", "one\n\n"), ("same", "two")]),
    ],
)
def test_pieces_of_two_texts(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    assert word_diff(before, after) == [Piece(kind, text) for kind, text in pieces]


def test_pieces_contain_both_texts_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = "  a b a c\n a", "a c a  b\n d "
    for most in (1_000_000, 0):
        monkeypatch.setattr(module, "MOST_PAIRS", most)
        pieces = word_diff(before, after)
        assert "".join(one.text for one in pieces if one.kind != "added") == before
        assert "".join(one.text for one in pieces if one.kind != "removed") == after
