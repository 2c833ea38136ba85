"""Finds what a German page says in English."""

import re
from functools import cache

from bs4 import BeautifulSoup

from tests.catalogue import written

ATTRIBUTES = ("aria-label", "placeholder", "title", "alt")
# Words that are in most English sentences and labels, and in no German ones.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|not|with|your|you|to|for|from|by|on|no|yes|this|that|it|its|add|save|delete|create|edit"
    r"|change|select|show|hide|choose|enter|check|call|calls|number|numbers|key|keys|name|time|last|all|search|sign"
    r"|password|workspace|settings|updated|none|empty|yet|or)\b",
    re.IGNORECASE,
)


def words_of(html: str) -> list[str]:
    """Return the texts that a page shows or says, without scripts."""
    page = BeautifulSoup(html, "html.parser")
    for part in page(["script", "style", "template", "code", "option"]):
        part.decompose()
    for icon in page.select(".material-symbols-outlined"):
        icon.decompose()
    found = [*page.stripped_strings]
    for element in page(True):
        found += [str(element[name]) for name in ATTRIBUTES if element.get(name)]
        found += [str(text) for name, text in element.attrs.items() if name.startswith("data-") and " " in str(text)]
    return [" ".join(text.split()) for text in found]


@cache
def _english() -> dict[str, str]:
    return {str(entry.id): str(entry.string) for entry in written() if isinstance(entry.id, str) and entry.id}


def left_in_english(words: list[str], names: frozenset[str] = frozenset()) -> list[str]:
    """Return the texts that are English, except for names."""
    kept = {text for text in words if text not in names}
    kept -= {*_english().values()}  # German with a word of English, such as Name
    return sorted(text for text in kept if _english().get(text, text) != text or ENGLISH.search(text))
