"""Client of Voxa's API for workers: instructions and reports."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, Self

import aiohttp
import jwt

from agents.worker.config import Config

logger = logging.getLogger(__name__)

TOKEN_SECONDS = 60
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 0.5  # seconds between polls of a pending result
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)


class ApiFailed(Exception):
    """Raised when an API request failed; `again` says whether to retry. The message holds no secret."""

    def __init__(self, message: str, *, again: bool, status: int = 0) -> None:
        super().__init__(message)
        self.again, self.status = again, status


class NotDone(ApiFailed):
    """Raised when the time is over and the request is still pending."""


class Api:
    """A client for one room, or for the worker itself. Use it as an async context manager."""

    def __init__(self, config: Config, room: str = "") -> None:
        self._config, self._room = config, room

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            timeout=TIMEOUT,
            connector=aiohttp.TCPConnector(force_close=True),  # reports are too rare to keep a connection open
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.close()

    async def session(self, seconds: float) -> dict[str, Any]:
        """Return the instructions for the room's call, with retries for `seconds`. Raise `ApiFailed` on failure.

        A 404 is retried: the caller may not have joined the room yet. So are instructions that wait for the answer of
        the workspace's endpoint.
        """
        until = time.monotonic() + seconds
        while True:
            told = await self._insist("GET", "session", None, until - time.monotonic(), missing_comes=True)
            if "pending" not in told:
                return told
            if time.monotonic() > until:
                raise ApiFailed("GET session: still pending", again=False)
            await asyncio.sleep(FIRST_PAUSE)

    async def report(self, body: Mapping[str, Any], seconds: float = 0.0) -> dict[str, Any]:
        """Send a report, with retries for `seconds`. Raise `ApiFailed` on failure."""
        return await self._insist("POST", "report", body, seconds)

    async def tell(self, path: str, body: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Send an idempotent request, with retries for `seconds`. Raise `ApiFailed` on failure."""
        return await self._insist("POST", path, body, seconds)

    async def act(self, path: str, body: Mapping[str, Any], seconds: float, *, repeats: bool = False) -> dict[str, Any]:
        """Send a request and wait at most `seconds` for its result. Raise `ApiFailed`, or `NotDone` on timeout.

        A longer request is answered with an ID, and polled until it is done. With `repeats` the request may be sent
        again: the API recognizes the ID in its body.
        """
        try:
            async with asyncio.timeout(seconds):
                if repeats:
                    done = await self._insist("POST", path, body, seconds)
                else:
                    timeout = aiohttp.ClientTimeout(total=seconds)
                    done = await self._ask("POST", path, body, missing_comes=False, timeout=timeout)
                return done if "ok" in done else await self._outcome(f"{path}/{done['id']}", seconds)
        except TimeoutError:
            raise NotDone(f"POST {path}: not done within {seconds:g} s", again=False) from None

    async def next_fallback(self, reason: str, detail: str) -> dict[str, Any]:
        """Return the instructions of the call's next fallback. Raise `ApiFailed` if there is none, or on failure."""
        return await self._ask("POST", "fallback", {"reason": reason, "detail": detail}, missing_comes=False)

    async def _outcome(self, path: str, seconds: float) -> dict[str, Any]:
        pause = FIRST_PAUSE
        while True:
            await asyncio.sleep(pause)
            done = await self._insist("GET", path, None, seconds)
            if "ok" in done:
                return done
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _insist(
        self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float, *, missing_comes: bool = False
    ) -> dict[str, Any]:
        until, wait = time.monotonic() + seconds, 0.1
        while True:
            try:
                return await self._ask(method, path, body, missing_comes=missing_comes)
            except ApiFailed as error:
                if not error.again or time.monotonic() + wait > until:
                    raise
                logger.info("Retrying the API request: %s", error)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 2.0)

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        missing_comes: bool,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> dict[str, Any]:
        url = f"{self._config.api_url}/internal/agent/{path}"
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            async with self._http.request(
                method, url, json=body, headers=headers, allow_redirects=False, timeout=timeout
            ) as answer:
                if answer.status in (200, 202):
                    told: dict[str, Any] = await answer.json()
                    return told
                again = answer.status >= 500 or answer.status == 429 or (missing_comes and answer.status == 404)
                words = f"{method} {path}: {answer.status} {await _words(answer)}"
                raise ApiFailed(words, again=again, status=answer.status)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ApiFailed(f"{method} {path}: {type(error).__name__}", again=True) from None

    def _token(self) -> str:
        now = int(time.time())
        claims = {"iss": self._config.key, "aud": "voxa-worker", "iat": now, "exp": now + TOKEN_SECONDS}
        return jwt.encode({**claims, "room": self._room}, self._config.secret, "HS256")


async def _words(answer: aiohttp.ClientResponse) -> str:
    try:
        return str((await answer.json())["error"]["message"])[:300]
    except (aiohttp.ClientError, ValueError, KeyError, TypeError):
        return ""
