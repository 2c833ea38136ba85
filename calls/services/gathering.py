"""What several calls do in one transaction: rows locked at its beginning, rows and counts written at its end."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from calls.models import Call, DialSlot

P = ParamSpec("P")
T = TypeVar("T")


class Gathered:
    """Belongs to one transaction. What `last` holds runs at its end, in the order of the keys: each locks a row."""

    def __init__(self, calls: Collection[Call]) -> None:
        self.calls = {call.pk: call for call in calls}
        self.slots: dict[UUID, DialSlot] = {}  # locked rate limits
        self.counts: dict[Any, Counter[str]] = {}
        self.rows: dict[type[Model], list[Any]] = {}
        self.last: dict[Any, Callable[[], None]] = {}

    def write(self) -> None:
        for model, rows in self.rows.items():
            model._default_manager.bulk_create(rows)
        for key in sorted(self.last):
            self.last[key]()


_current: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


def gathered() -> Gathered | None:
    """Return what this thread's transaction gathers, None if it writes each row at once."""
    return _current.get()


def insert(row: Model) -> None:
    """Insert a row, or gather it."""
    work = gathered()
    if work is None:
        row.save(force_insert=True)
    else:
        work.rows.setdefault(type(row), []).append(row)


@contextmanager
def gathering(call_ids: Collection[UUID]) -> Iterator[Gathered]:
    """Lock those of the calls that nobody else has locked; at the end write what was gathered.

    It never waits for a call while it holds another, so that calls take part in no deadlock.
    """
    rows = Call.objects.filter(pk__in=call_ids).order_by()
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    with transaction.atomic():
        work = Gathered(rows)
        token = _current.set(work)
        try:
            yield work
            work.write()
        finally:
            _current.reset(token)


def in_transaction(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in a transaction of its own, or in the one that gathers."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if gathered() is not None:
            return function(*args, **kwargs)
        with transaction.atomic():
            return function(*args, **kwargs)

    return run
