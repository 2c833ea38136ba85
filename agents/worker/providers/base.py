"""Interface of voices."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from agents.worker.answerer import Answerer
from agents.worker.conversation import Conversation

logger = logging.getLogger(__name__)

WHISPERED = "A supervisor tells you, unheard by the other side: {text} Follow it from now on, and do not mention it."
PATIENCE = 8.0  # seconds for a provider's first response
ENDS_SOON = "This call must end in {seconds} seconds. Tell the other side in one short sentence, and say goodbye."


class ProviderFailed(Exception):
    """Raised when the provider cannot be used, with the reason and without secrets."""


class Voice(Protocol):
    """Listens and speaks in a room, and records what happens in the conversation."""

    async def start(self, phone: str) -> None:
        """Get ready to speak with this participant: connect to the provider, publish the track.

        Raise `ProviderFailed` on failure.
        """

    async def who_answered(self) -> Answerer:
        """Return who answered an outbound call, by a language model; `UNKNOWN`, at once, if the voice has none.

        The other side gets no answer until this returns or is cancelled. It may take long.
        """

    async def greet(self) -> None:
        """Speak the greeting: the phone is answered."""

    async def say(self, text: str) -> bool:
        """Speak these words and wait until they were heard; return False if that is unsupported or failed."""

    def read(self, text: str) -> bool:
        """Answer what the other side wrote instead of speaking; return False if that is unsupported."""

    async def whisper(self, text: str) -> bool:
        """Pass a text to the agent that the other side does not hear; return False if that is unsupported."""

    async def ends_soon(self, seconds: int, reason: str) -> None:
        """Handle the notice that the call ends in `seconds`, for example by `spend_limit`: say goodbye if possible."""

    async def hold(self) -> None:
        """Stop speaking and answering without being asked."""

    def hear(self, *, on: bool) -> None:
        """Start or stop hearing the other side. Speaking is not affected."""

    def quiet(self, *, on: bool) -> None:
        """Stop what is being said and stay silent, or speak again."""

    async def stop(self) -> None:
        """Leave the conversation and release all resources. May be called at any time, and twice."""


class Work:
    """Tasks of one conversation. A failure in one ends the conversation."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation, self._tasks = conversation, set[asyncio.Task[None]]()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine concurrently."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def stop(self) -> None:
        """Cancel all running tasks."""
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
