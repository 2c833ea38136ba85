"""What stands in a `Fixed`'s SQL for its arguments."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Expression

from voxa.core.postgresql.kept import Kept


class _Id(UUID):
    """Stands in the SQL for the UUID that is the argument at this place."""

    def __init__(self, place: int) -> None:
        super().__init__(int=place)

    @property
    def place(self) -> int:
        return self.int


class _Text(str):
    """The same for a text."""

    __slots__ = ("place",)

    def __new__(cls, place: int) -> "_Text":
        text = super().__new__(cls, f"argument {place}")
        text.place = place
        return text

    place: int


class AnyValue(Expression):
    """The same for a value of any other kind."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def as_sql(self, *args: Any, **options: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


_PLACES = (_Id, _Text, AnyValue)


def filled(places: Sequence[int], args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the arguments in the order of their places."""
    return tuple([args[place] for place in places])


def kept(sql: str, params: tuple[Any, ...]) -> tuple[Kept, tuple[int, ...]]:
    """Return SQL with all parameters in it but the arguments, and the places of those."""
    with connection.cursor() as cursor:
        texts = ("%s" if isinstance(one, _PLACES) else cursor.mogrify("%s", [one]).replace("%", "%%") for one in params)
        text = re.sub("%s|%%", lambda found: next(texts) if found[0] == "%s" else found[0], sql)
    return Kept(text), tuple([one.place for one in params if isinstance(one, _PLACES)])


def placeholder(place: int, kind: type) -> Any:
    """Return what stands for the argument of this kind at this place."""
    return {UUID: _Id, str: _Text}.get(kind, AnyValue)(place)
