"""Connections of one conversation's speech, all through the guard of addresses."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx2

from agents.worker.guard import Guard

Given = dict[str, Any]  # to a plugin


@dataclass(frozen=True, slots=True)
class Lines:
    """One for the plugins of aiohttp, and one for those of OpenAI's client."""

    sockets: aiohttp.ClientSession
    http: httpx2.AsyncClient

    @classmethod
    def through(cls, guard: Guard, read_seconds: float) -> "Lines":
        """Return connections to what a guard allows."""
        return cls(guard.websockets(), guard.http(read_seconds=read_seconds))

    async def close(self) -> None:
        """Close them."""
        await self.sockets.close()
        await self.http.aclose()


def chosen(**fields: str) -> Given:
    """Return the fields that have a value: a plugin has a default for the others."""
    return {name: value for name, value in fields.items() if value}
