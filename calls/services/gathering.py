"""What several calls do in one transaction: rows locked at its beginning, all changes written at its end."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from calls.models import Call, DialSlot
from voxa.core.many_rows import insert_without_keys
from voxa.core.statements import Fixed, among

P = ParamSpec("P")
T = TypeVar("T")


class Gathered:
    """Belongs to one transaction.

    `calls` are locked: what they become is set on them and written at the end, like all that is `batched`. What `last`
    holds runs after it, in the order of the keys: each locks a row.
    """

    def __init__(self, calls: Collection[Call]) -> None:
        self.calls = {call.pk: call for call in calls}
        self.slots: dict[UUID, DialSlot] = {}  # locked rate limits
        self.counts: dict[Any, Counter[str]] = {}
        self.last: dict[Any, Callable[[], None]] = {}
        self.batches: dict[Callable[[list[Any]], None], list[Any]] = {}
        self.numbers: dict[UUID, set[str]] = {}  # that may be on the do-not-call list of their workspace
        self.listed: set[tuple[UUID, str]] | None = None  # those that are

    def write(self) -> None:
        self.settle()
        for key in sorted(self.last):
            self.last[key]()

    def settle(self) -> None:
        """Write what is batched."""
        batches, self.batches = self.batches, {}
        for function, rows in batches.items():
            function(rows)


_current: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


def gathered() -> Gathered | None:
    """Return what this thread's transaction gathers, None if it writes each row at once."""
    return _current.get()


def batched(function: Callable[[list[T]], None], row: T) -> None:
    """Call the function with the row, or once with those of all the calls of the transaction."""
    work = gathered()
    if work is None:
        function([row])
    else:
        work.batches.setdefault(function, []).append(row)


def settle() -> None:
    """Write what this transaction has batched so far: the next query reads it."""
    work = gathered()
    if work is not None:
        work.settle()


def insert(row: Model) -> None:
    """Insert a row, or gather it. Nobody needs the key that the database gives it."""
    batched(_insert, row)


def _insert(rows: list[Model]) -> None:
    for model in dict.fromkeys(type(row) for row in rows):
        insert_without_keys([row for row in rows if type(row) is model])


@contextmanager
def gathering(call_ids: Collection[UUID], *, related: bool = False) -> Iterator[Gathered]:
    """Lock those of the calls that nobody else has locked; at the end write what was gathered.

    It never waits for a call while it holds another, so that calls take part in no deadlock. `related` reads what
    routes a call with it.
    """
    with transaction.atomic():
        work = Gathered((_related if related else _alone)(list(call_ids)))
        token = _current.set(work)
        try:
            yield work
            work.write()
        finally:
            _current.reset(token)


_free = Call.objects.select_for_update(skip_locked=True, of=("self",)).order_by()  # where the database locks rows
_alone: Fixed[Call] = Fixed(lambda ids: _free.filter(among("pk", ids)), list)
_related: Fixed[Call] = Fixed(
    lambda ids: _free.select_related("workspace", "trunk", "agent").filter(among("pk", ids)), list
)


def in_transaction(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in a transaction of its own, or in the one that gathers."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if gathered() is not None:
            return function(*args, **kwargs)
        with transaction.atomic():
            return function(*args, **kwargs)

    return run
