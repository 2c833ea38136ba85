"""Statements that are sent again and again: PostgreSQL parses and plans them once for a connection.

They are prepared by SQL (PREPARE, EXECUTE) and so go in one message with others. By the protocol they could not.
"""

import re
from collections import Counter
from functools import cached_property

AFTER = 2  # uses by one connection: a PREPARE costs as much as it saves once
_PLACE = re.compile("%s|%%")


class Kept(str):
    """SQL with `%s` for each parameter, the same each time. Everything else in it is part of the plan."""

    @cached_property
    def places(self) -> int:
        """Return the number of parameters."""
        return _PLACE.findall(self).count("%s")

    @cached_property
    def numbered(self) -> str:
        """Return it with the server's own placeholders."""
        turns = iter(range(1, self.places + 1))
        return _PLACE.sub(lambda found: f"${next(turns)}" if found[0] == "%s" else "%", self)

    @cached_property
    def label(self) -> str:
        """Return what its names begin with, for whoever reads the server's log: verb and table."""
        outer, inner = str(self), 1
        while inner:
            outer, inner = re.subn(r"\([^()]*\)", "", outer)
        table = re.search(r'(?:INTO|UPDATE|FROM) "?(\w+)', outer)
        return f"{self.split(maxsplit=1)[0].lower()}_{table[1] if table else 'rows'}"[:50]


class Several(str):
    """Statements that are sent in one message."""

    parts: tuple[Kept, ...]

    def __new__(cls, parts: tuple[Kept, ...]) -> "Several":
        text = super().__new__(cls, "; ".join(parts))
        text.parts = parts
        return text


class Prepared:
    """What one connection's server knows by name; nothing if it is not the same server's from one to the next."""

    def __init__(self, is_kept: bool) -> None:
        self._is_kept = is_kept
        self._known: dict[str, str] = {}
        self._sent: dict[str, str] = {}  # the server may refuse the message before it gets to them
        self._used: Counter[str] = Counter()
        self._made = 0

    def name(self, query: Kept) -> tuple[list[str], str]:
        """Return the PREPARE that goes before a query, if any, and its name; none while it is not to be prepared."""
        name = self._known.get(query) or self._sent.get(query)
        if name:
            return [], name
        self._used[query] += 1
        if self._used[query] <= AFTER or not self._is_kept:
            return [], ""
        # A name is never taken twice: the server keeps what it has prepared in a transaction that fails later.
        self._made += 1
        name = self._sent[query] = f"{query.label}_{self._made}"
        return [f"PREPARE {name} AS {query.numbered}"], name

    def settle(self, arrived: bool) -> None:
        """Remember what was sent if the server has done it all."""
        if self._sent:
            if arrived:
                self._known |= self._sent
            self._sent = {}
