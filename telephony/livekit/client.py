"""The client of one LiveKit server: runs operations, each within its deadline. Thread-safe."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import aiohttp
from livekit import api

from telephony.livekit import loop
from telephony.livekit.errors import LiveKitError, LiveKitNotConfigured
from telephony.livekit.failures import as_livekit_error
from telephony.livekit.operation import Operation
from telephony.livekit.reused_tokens import ReusedTokens

T = TypeVar("T")

DEADLINE = 5.0  # seconds from the start of a request to its response or LiveKitUnavailable


class LiveKitClient:
    """One LiveKit server and one API key.

    Every operation may raise `LiveKitUnavailable` (the outcome is unknown), `LiveKitRefused`, `LiveKitUnauthorized` or
    `LiveKitNotFound`. `on_outcome` is called with None or the error after each, and returns what is left to write.
    """

    def __init__(
        self,
        url: str,
        key: str,
        secret: str,
        *,
        deadline: float = DEADLINE,
        on_outcome: Callable[[LiveKitError | None], Callable[[], None] | None] | None = None,
    ) -> None:
        if not (url and key and secret):  # livekit-api would read missing values from the environment
            raise LiveKitNotConfigured
        self._url, self._key, self._secret = url, key, secret
        self._deadline = deadline
        self._on_outcome = on_outcome
        self._reused = ReusedTokens(url, key, secret)
        self._held: tuple[aiohttp.ClientSession, api.LiveKitAPI] | None = None

    def __repr__(self) -> str:
        return f"<LiveKitClient {self._url}>"

    def speaks_for(self, url: str, key: str, secret: str) -> bool:
        """Return whether this client uses these credentials."""
        return (self._url, self._key, self._secret) == (url, key, secret)

    def run(self, operation: Operation[T]) -> T:
        """Run an operation and wait for it."""
        deadline = operation.deadline or self._deadline
        try:
            outcome = loop.run(lambda session: self._attempt(session, operation, deadline), deadline)
        except TimeoutError as late:
            outcome = as_livekit_error(late, deadline)
        return self._settle(operation, outcome)

    async def ask(self, operation: Operation[T]) -> T:
        """Run an operation from a coroutine of `loop.complete`, whose thread records the outcome."""
        outcome = await self._attempt(loop.session(), operation, operation.deadline or self._deadline)
        if isinstance(outcome, LiveKitError) or not operation.is_short:
            return await loop.in_caller(self._settle, operation, outcome)
        write = self._noted(outcome)  # mostly none, which spares the way to the other thread and back
        if write is not None:
            await loop.in_caller(write)
        return self._read(operation, outcome)

    async def arun(self, operation: Operation[T]) -> T:
        """Run an operation from any other loop. What is to be written of the outcome is written in a thread."""
        deadline = operation.deadline or self._deadline
        outcome = await loop.arun(lambda session: self._attempt(session, operation, deadline))
        write = self._noted(outcome)
        if write is not None:
            await asyncio.to_thread(write)
        return self._read(operation, outcome)

    def _settle(self, operation: Operation[T], outcome: Any) -> T:
        """Record and return the outcome."""
        write = self._noted(outcome)
        if write is not None:
            write()
        return self._read(operation, outcome)

    def _noted(self, outcome: Any) -> Callable[[], None] | None:
        error = outcome if isinstance(outcome, LiveKitError) else None
        return None if self._on_outcome is None else self._on_outcome(error)

    def _read(self, operation: Operation[T], outcome: Any) -> T:
        """Return the outcome. A raised error is new: none of its frames holds a message or a token."""
        if isinstance(outcome, LiveKitError):
            raise outcome
        return operation.read(outcome)

    async def _attempt(
        self, session: aiohttp.ClientSession, operation: Operation[Any], deadline: float
    ) -> Any | LiveKitError:
        try:
            async with asyncio.timeout(deadline):  # livekit-api's own timeout only applies to dials
                return await operation.call(self._library(session, operation))
        except Exception as failure:
            return as_livekit_error(failure, deadline, operation.failure)

    def _library(self, session: aiohttp.ClientSession, operation: Operation[Any]) -> api.LiveKitAPI:
        """Return livekit-api's client. With failover it would repeat a create or a dial by itself."""
        if operation.rights is not None:
            return self._reused.server(session, operation.rights)
        if self._held is None or self._held[0] is not session:
            server = api.LiveKitAPI(self._url, self._key, self._secret, session=session, failover=False)
            self._held = session, server
        return self._held[1]
