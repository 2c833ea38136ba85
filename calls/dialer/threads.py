"""Database work of asyncio programs: in threads, on healthy connections."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")


def on_live_connection(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run database work in a long-lived thread, replacing broken connections."""
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.to_thread(partial(on_live_connection, work, *args, **kwargs))
