"""Run transfers beside the dispatcher's calls, in its event loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from django.utils import timezone

from calls.dialer.threads import in_thread
from calls.transfers import requests
from calls.transfers.carry_out import carry_out

logger = logging.getLogger(__name__)

AT_ONCE = 64  # per dispatcher
Ask = Callable[..., Awaitable[Any]]


class Transferring:
    """Transfers of one dispatcher. `ask` runs database work in the dispatcher's own thread."""

    def __init__(self, token: UUID, ask: Ask) -> None:
        self._token, self._ask = token, ask
        self.busy: dict[UUID, asyncio.Task[None]] = {}

    async def take(self) -> None:
        """Claim requested transfers and start them."""
        room = AT_ONCE - len(self.busy)
        for transfer_id in await self._ask(requests.claim, self._token, timezone.now(), room):
            self.busy[transfer_id] = asyncio.create_task(self._guard(transfer_id))

    async def _guard(self, transfer_id: UUID) -> None:
        """Run one transfer and isolate its failure: its claim expires, and the next claimer settles it."""
        try:
            await carry_out(transfer_id, self._token)
        except Exception:
            logger.exception("Transfer %s failed unexpectedly.", transfer_id)
        finally:
            self.busy.pop(transfer_id, None)

    async def renew(self) -> None:
        if self.busy:
            await self._ask(requests.renew, self._token, list(self.busy), timezone.now())

    async def settle(self) -> None:
        """Settle transfers that other dispatchers left."""
        await in_thread(requests.settle, timezone.now())
