"""One asyncio loop per process, in its own thread, with one HTTP session for livekit-api."""

import asyncio
import atexit
import ctypes
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")

_GRACE = 2.0  # seconds after a request's own deadline until its caller stops waiting for the loop


class _LoopThread:
    """A running loop and its session. No cookies, no proxy from the environment, no limit of connections."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="livekit", daemon=True)
        self._thread.start()
        self.session = asyncio.run_coroutine_threadsafe(self._open(), self.loop).result()

    async def _open(self) -> aiohttp.ClientSession:
        return _session()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.session.close(), self.loop).result(_GRACE)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_GRACE)
        self.loop.close()


class _LoopOfCaller:
    def __init__(self) -> None:
        self.loop, self.session = asyncio.get_running_loop(), _session()

    def close(self) -> None:
        """Leave it to `own`."""


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())


class _Caller:
    """A thread that waits for a coroutine of the loop, and meanwhile runs functions for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._asked = SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None]()

    async def do(self, function: Callable[[], T]) -> T:
        done: asyncio.Future[T] = self._loop.create_future()
        self._asked.put((function, done))
        return await done

    def work_until(self, ended: Future[T]) -> T:
        ended.add_done_callback(lambda _: self._asked.put(None))
        try:
            while (asked := self._asked.get()) is not None:
                function, done = asked
                try:
                    value = function()
                except Exception as error:
                    self._loop.call_soon_threadsafe(_end, done, None, error)
                else:
                    self._loop.call_soon_threadsafe(_end, done, value, None)
            return ended.result()
        except BaseException:
            ended.cancel()
            raise


def _end(done: "asyncio.Future[Any]", value: object, error: Exception | None) -> None:
    if done.done():  # the coroutine was canceled
        return
    if error is None:
        done.set_result(value)
    else:
        done.set_exception(error)


_caller: ContextVar[_Caller] = ContextVar("caller")
_lock = threading.Lock()
_current: _LoopThread | _LoopOfCaller | None = None


def run(call: Callable[[aiohttp.ClientSession], Coroutine[object, object, T]], deadline: float) -> T:
    """Run a coroutine in the process's loop and wait for it. Raise `TimeoutError` after `deadline` + 2 s."""
    thread = _loop_thread()
    future = asyncio.run_coroutine_threadsafe(call(thread.session), thread.loop)
    try:
        return future.result(deadline + _GRACE)
    except FutureTimeout:
        future.cancel()
        raise


async def arun(call: Callable[[aiohttp.ClientSession], Coroutine[object, object, T]]) -> T:
    """Run a coroutine in the process's loop and await it, from that loop or another one."""
    thread = _loop_thread()
    if thread.loop is asyncio.get_running_loop():
        return await call(thread.session)
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call(thread.session), thread.loop))


@asynccontextmanager
async def own() -> AsyncIterator[None]:
    """Make the running loop the process's loop: a program that is a loop itself needs no second thread."""
    global _current
    mine = _LoopOfCaller()
    with _lock:
        before, _current = _current, mine
    try:
        yield
    finally:
        with _lock:
            _current = before
        await mine.session.close()


def complete(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the process's loop and wait for it; this thread runs the functions passed to `in_caller`.

    An interruption of this thread cancels the coroutine.
    """
    thread = _loop_thread()
    caller = _Caller(thread.loop)

    async def run() -> T:
        _caller.set(caller)
        return await main

    return caller.work_until(asyncio.run_coroutine_threadsafe(run(), thread.loop))


async def in_caller(function: Callable[..., T], *arguments: Any) -> T:
    """Run a function in the thread that waits in `complete`, one at a time: that thread uses the database."""
    return await _caller.get().do(partial(function, *arguments))


def session() -> aiohttp.ClientSession:
    """Return the HTTP session of the process's loop."""
    return _loop_thread().session


def _loop_thread() -> _LoopThread | _LoopOfCaller:
    global _current
    with _lock:
        if _current is None:
            _current = _LoopThread()
        return _current


def _forget_in_child() -> None:
    """Start a new loop after a fork: threads do not survive it.

    The parent's loop and sockets are never closed in the child: that would remove the parent's sockets from the epoll
    set that both processes share, and the parent's next request would get no response.
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
