"""A sandbox without a socket, in time that passes as fast as nothing happens."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from telephony.sandbox.state import State

T = TypeVar("T")
START = 1_800_000_000.0  # seconds since the epoch


class QuickSelector(selectors.DefaultSelector):
    """Waits for nothing: it moves the clock on instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0)


class QuickLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.quick = QuickSelector()
        super().__init__(self.quick)

    def time(self) -> float:
        return self.quick.now


@pytest.fixture
def loop() -> Iterator[QuickLoop]:
    loop = QuickLoop()
    yield loop
    loop.close()


@pytest.fixture
def state(loop: QuickLoop) -> Iterator[State]:
    """A sandbox whose phones ring for 2 s."""
    state = State(ring=2.0, now=lambda: START + loop.time())
    yield state
    state.close()


@pytest.fixture
def run(loop: QuickLoop, state: State) -> Callable[[Coroutine[Any, Any, None]], None]:
    """`run(story())` lets rooms live while the story is told, and fails if something goes on after the end."""

    async def whole(story: Coroutine[Any, Any, None]) -> None:
        state.background.start(state.rooms.sweep())
        try:
            await story
        finally:
            await state.background.stop()
        assert state.background.idle
        assert asyncio.all_tasks() == {asyncio.current_task()}

    return lambda story: loop.run_until_complete(whole(story))
