"""Run transfers beside the dispatcher's calls: claimed here, each in its own thread while the phone rings."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connections
from django.utils import timezone

from calls.transfers import requests
from calls.transfers.carry_out import carry_out

logger = logging.getLogger(__name__)

AT_ONCE = 64  # per dispatcher
Ask = Callable[..., Awaitable[Any]]


class Transferring:
    """Transfers of one dispatcher. `ask` runs database work in the dispatcher's own thread."""

    def __init__(self, token: UUID, ask: Ask) -> None:
        self._token, self._ask = token, ask
        self._pool = ThreadPoolExecutor(AT_ONCE, "transfer")
        self.busy: dict[UUID, asyncio.Future[None]] = {}

    async def take(self) -> None:
        """Claim requested transfers and start them."""
        room = AT_ONCE - len(self.busy)
        for transfer_id in await self._ask(requests.claim, self._token, timezone.now(), room):
            work = asyncio.get_running_loop().run_in_executor(self._pool, _carry_out, transfer_id, self._token)
            self.busy[transfer_id] = work
            work.add_done_callback(partial(self._done, transfer_id))

    def _done(self, transfer_id: UUID, work: "asyncio.Future[None]") -> None:
        self.busy.pop(transfer_id, None)

    async def renew(self) -> None:
        """Renew the claims of running transfers."""
        if self.busy:
            await self._ask(requests.renew, self._token, list(self.busy), timezone.now())

    async def settle(self) -> None:
        """Settle transfers that other dispatchers left."""
        await asyncio.get_running_loop().run_in_executor(self._pool, _settle)


def _carry_out(transfer_id: UUID, token: UUID) -> None:
    """Run one transfer and isolate its failure: its claim expires, and the next claimer settles it."""
    close_old_connections()
    try:
        carry_out(transfer_id, token)
    except Exception:
        logger.exception("Transfer %s failed unexpectedly.", transfer_id)
    finally:
        connections.close_all()  # of this thread; the pool would keep them open


def _settle() -> None:
    close_old_connections()
    try:
        requests.settle(timezone.now())
    finally:
        connections.close_all()
