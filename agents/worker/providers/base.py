"""What a session asks of whatever speaks for an agent."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from agents.worker.conversation import Conversation

logger = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds that a provider has for its first answer of any kind
ENDS_SOON = "This call must end in {seconds} seconds. Tell the other side in one short sentence, and say goodbye."


class ProviderFailed(Exception):
    """The provider cannot be used; the message says why, without any secret."""


class Voice(Protocol):
    """Something that listens and speaks in a room, and tells the conversation what happens."""

    async def start(self, phone: str) -> None:
        """Be ready to speak with this participant: connected to the provider, the track published.

        Raises ProviderFailed.
        """

    async def greet(self) -> None:
        """Say the first word: the phone hears now."""

    async def say(self, text: str) -> bool:
        """Say these words and wait until they were heard. False: it cannot be told what to say, or it failed."""

    async def ends_soon(self, seconds: int, reason: str) -> None:
        """Learn that the call ends in so many seconds, such as for `spend_limit`, and say goodbye if it can."""

    async def hold(self) -> None:
        """Stop speaking and answering of its own accord."""

    async def stop(self) -> None:
        """Leave the conversation; what it holds is given back. May be called at any time, and twice."""


class Work:
    """Tasks of one conversation. What goes wrong in one ends the conversation rather than going unseen."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation, self._tasks = conversation, set[asyncio.Task[None]]()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the rest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def stop(self) -> None:
        """Stop all that still runs."""
        for task in self._tasks:
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        expected = isinstance(error, ProviderFailed)
        logger.error("The conversation failed: %s", error, exc_info=None if expected else error)
        words = str(error) if expected else f"The conversation failed in the worker ({type(error).__name__})."
        self._conversation.end("provider_failed", words)
