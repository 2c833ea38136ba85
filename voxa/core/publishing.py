"""A web request's messages to the broker, held until its response is out: no client waits for the broker.

The thread that answered sends them, so a process that ends has sent them once its threads are done. Where a request
itself waits, for a task or for LiveKit, they go before. Other processes hold nothing.
"""

import contextvars
import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class _Held(threading.local):
    # Each with the context of who sent it: the request's id goes along.
    messages: list[tuple[contextvars.Context, Callable[[], object]]] | None = None


_held = _Held()


def hold() -> None:
    """Hold what this thread sends until `send_held`."""
    _held.messages = []


def send_or_hold(message: Callable[[], object]) -> None:
    if _held.messages is None:
        message()
    else:
        _held.messages.append((contextvars.copy_context(), message))


def send_held() -> None:
    """Send what this thread holds, and hold nothing from here."""
    messages, _held.messages = _held.messages, None
    for context, message in messages or ():
        try:
            context.run(message)
        except Exception:
            logger.exception("A message could not be sent. The sweep will find its work.")
