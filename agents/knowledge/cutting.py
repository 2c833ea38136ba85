"""Cut a text into passages, each short enough for an answer on the phone, at headings, paragraphs and sentences."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from semantic_text_splitter import MarkdownSplitter, TextSplitter

from agents.knowledge.reading import Section

LENGTH = (500, 1_200)  # characters that a passage should have, and has at most
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKDOWN, _TEXT = MarkdownSplitter(LENGTH), TextSplitter(LENGTH)
LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage and where it is: the page, or the heading above it."""

    text: str
    place: str


def cut(sections: Iterable[Section]) -> Iterator[Piece]:
    """Yield the passages of a text in order."""
    for section in sections:
        headings = (
            [(found.start(), found[1]) for found in _HEADING.finditer(section.text)] if section.is_markdown else []
        )
        for start, text in (_MARKDOWN if section.is_markdown else _TEXT).chunk_indices(section.text):
            above = [title for at, title in headings if at <= start]
            place = section.place or (above[-1].strip("*_` ") if above else "")
            if any(letter.isalnum() for letter in text):
                yield Piece(text, place[:LONGEST_PLACE])
