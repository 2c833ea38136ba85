"""Killing a process at any point: before and after each call to LiveKit, and before each write to the database."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.db import connection, transaction

from tests.telephony.sync.fake import FakeLiveKit, Killed

WRITES = ("INSERT", "UPDATE", "DELETE")


class _Undo(Exception):
    pass


class Reaper:
    """Counts the points that a process passes and kills it at the one told."""

    def __init__(self, livekit: FakeLiveKit, point: int | None) -> None:
        self.livekit, self.point, self.passed = livekit, point, 0

    def pass_point(self, *_: object) -> None:
        if self.passed == self.point:
            raise Killed
        self.passed += 1

    def write(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES):
            self.pass_point()
        return execute(sql, params, many, context)

    def run(self, work: Callable[[], object]) -> bool:
        """Run the work; return whether it was killed."""
        self.livekit.on_call = self.pass_point
        try:
            with connection.execute_wrapper(self.write):
                work()
        except Killed:
            # A deletion marks the test's own transaction for rollback; its single statement was not carried out.
            connection.set_rollback(False)
            return True
        finally:
            self.livekit.on_call = lambda name, moment: None
        return False


def every_point(livekit: FakeLiveKit, work: Callable[[], object]) -> Iterator[int]:
    """Kill the work at each of its points in turn, then let it end; each time all is undone after the loop's body."""
    before, point, killed = livekit.copy_of_state(), 0, True
    while killed:
        with suppress(_Undo), transaction.atomic():
            killed = Reaper(livekit, point).run(work)
            yield point
            raise _Undo
        livekit.state, point = before, point + 1
        before = livekit.copy_of_state()
