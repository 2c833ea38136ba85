"""One asyncio loop in a thread of its own per process, with one HTTP session: what livekit-api needs to live in."""

import asyncio
import atexit
import ctypes
import os
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

import aiohttp

T = TypeVar("T")

_GRACE = 2.0  # seconds that a call may outlive its own deadline before its caller stops waiting for the loop


class _LoopThread:
    """A running loop and its session. No cookies, no proxy from the environment, no limit but the callers' number."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._tasks = set[asyncio.Task[None]]()
        self._thread = threading.Thread(target=self.loop.run_forever, name="livekit", daemon=True)
        self._thread.start()
        self.session = asyncio.run_coroutine_threadsafe(self._open(), self.loop).result()

    async def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())

    def start(self, calls: Iterable[Callable[[aiohttp.ClientSession], Coroutine[object, object, None]]]) -> None:
        for call in calls:
            task = self.loop.create_task(call(self.session))
            self._tasks.add(task)  # the loop itself holds no task fast
            task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.session.close(), self.loop).result(_GRACE)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_GRACE)
        self.loop.close()


_lock = threading.Lock()
_current: _LoopThread | None = None


def begin(calls: Iterable[Callable[[aiohttp.ClientSession], Coroutine[object, object, None]]]) -> None:
    """Run coroutines in the process's loop, woken once for all of them. They tell their end themselves."""
    thread = _loop_thread()
    thread.loop.call_soon_threadsafe(thread.start, list(calls))


def run(call: Callable[[aiohttp.ClientSession], Coroutine[object, object, T]], deadline: float) -> T:
    """Run a coroutine in the process's loop and wait for it. Raises TimeoutError `deadline` + 2 s on at the latest."""
    thread = _loop_thread()
    future = asyncio.run_coroutine_threadsafe(call(thread.session), thread.loop)
    try:
        return future.result(deadline + _GRACE)
    except FutureTimeout:
        future.cancel()
        raise


async def arun(call: Callable[[aiohttp.ClientSession], Coroutine[object, object, T]]) -> T:
    """Run a coroutine in the process's loop and await it from another loop."""
    thread = _loop_thread()
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call(thread.session), thread.loop))


def _loop_thread() -> _LoopThread:
    global _current
    with _lock:
        if _current is None:
            _current = _LoopThread()
        return _current


def _forget_in_child() -> None:
    """Start afresh after a fork: threads do not survive it.

    The parent's loop and sockets are kept for ever, past the child's own end: closing them here would take the
    parent's sockets out of the epoll set that both processes share, and its next call would hear no answer.
    """
    global _current, _lock
    _lock = threading.Lock()
    if _current is not None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_current))
        _current = None


def _close_at_exit() -> None:
    if _current is not None:
        _current.close()


os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(_close_at_exit)
