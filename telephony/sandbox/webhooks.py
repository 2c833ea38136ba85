"""Webhooks as LiveKit sends them: signed, in order within a room, kept in memory and dropped when old."""

import asyncio
import base64
import hashlib
import time
from collections import deque
from collections.abc import Callable

import aiohttp
import jwt
from google.protobuf import json_format
from livekit.protocol.webhook import WebhookEvent

from telephony.sandbox.background import Background

CONTENT_TYPE = "application/webhook+json"
MOST_WAITING = 200  # events of a room, as in livekit-server
LONGEST_WAIT = 30.0  # seconds
RETRIES_AFTER = (1.0, 2.0, 4.0, 8.0)
TOKEN_SECONDS = 300


class Webhook:
    """Sends webhooks to one URL. `report` gets a line for each failed delivery."""

    def __init__(self, url: str, key: str, secret: str, background: Background, report: Callable[[str], None]) -> None:
        self._url, self._key, self._secret = url, key, secret
        self._background, self._report = background, report
        self._waiting: dict[str, deque[tuple[float, WebhookEvent]]] = {}

    def tell(self, event: WebhookEvent) -> None:
        """Queue an event behind the waiting events of its room."""
        room = event.room.name
        queue = self._waiting.get(room)
        if queue is not None and len(queue) >= MOST_WAITING:
            self._report(f"webhook {event.event}: dropped, {MOST_WAITING} events are waiting")
            return
        if queue is None:
            self._waiting[room] = queue = deque()
            self._background.start(self._send_all(room))
        queue.append((asyncio.get_running_loop().time(), event))

    async def _send_all(self, room: str) -> None:
        queue = self._waiting[room]
        clock = asyncio.get_running_loop().time
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while queue:
                since, event = queue[0]
                if clock() - since > LONGEST_WAIT:
                    self._report(f"webhook {event.event}: dropped, older than {LONGEST_WAIT:g} s")
                else:
                    await self._send(session, event)
                queue.popleft()
            del self._waiting[room]  # before the session is closed, which lets other tasks run

    async def _send(self, session: aiohttp.ClientSession, event: WebhookEvent) -> None:
        """Retry until the receiver accepts it; a 4xx drops the event, as in LiveKit."""
        body = json_format.MessageToJson(event, indent=None).encode()
        headers = {"Content-Type": CONTENT_TYPE, "Authorization": self._signature(body)}
        for wait in (*RETRIES_AFTER, None):
            answer = await _post(session, self._url, body, headers)
            if isinstance(answer, int) and not _worth_retrying(answer):
                if answer >= 300:
                    self._report(f"webhook {event.event}: lost, the receiver answered {answer}")
                return
            if wait is None:
                self._report(f"webhook {event.event}: given up, {answer}")
            else:
                await asyncio.sleep(wait)

    def _signature(self, body: bytes) -> str:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        now = int(time.time())
        claims = {"iss": self._key, "nbf": now, "exp": now + TOKEN_SECONDS, "sha256": digest}
        return jwt.encode(claims, self._secret, algorithm="HS256")


async def _post(session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> int | str:
    """Return the response status, or the error."""
    try:
        async with session.post(url, data=body, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"{type(error).__name__}"


def _worth_retrying(status: int) -> bool:
    return status == 429 or (status >= 500 and status != 501)
