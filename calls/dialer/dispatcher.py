"""The dispatcher: claim due calls and dial them concurrently, up to a limit.

Any number of dispatchers run in parallel. Due times are in the database; PostgreSQL's NOTIFY only shortens the wait.
What is not notified of is looked up ahead: an idle dispatcher reads when the next is due, and waits for that.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

import psycopg
from django.db import Error, connection
from django.utils import timezone

from calls.dialer import dial as dialing
from calls.dialer import queue as claims
from calls.dialer import revival, spend
from calls.dialer.attempts import LEASE, ClaimLost
from calls.dialer.threads import in_thread, on_live_connection
from calls.dialer.wake import CHANNEL
from calls.livekit import talk_time
from calls.services import workers
from calls.transfers import requests
from calls.transfers.runner import Transferring
from telephony.livekit import LiveKitError, loop

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

POLL = 0.25  # seconds between polls of the queue
IDLE_POLL = 2.0  # the same where nothing is due soon and PostgreSQL notifies of what is
LOOK_EVERY = 2.0  # seconds between looks ahead: leases and calls last longer, so none begins and is due in between
BATCH = 50  # calls claimed at once
RECOVER_EVERY = 2.0  # seconds between searches for what another dispatcher left, while there is any
NOTED_EVERY = 10.0  # seconds between heartbeats
LIMITS_EVERY = 0.5  # seconds between tries to end a call, of any dispatcher, past its maximum duration
REVIVAL_EVERY = 1.0  # seconds between searches for paused LiveKit projects to check, while there are any
CALLED_OFF_EVERY = 1.0  # seconds between searches for calls that ended while being dialed
SPEND_EVERY = 1.0  # seconds between checks of calls with a spend limit, while there are any
AFTER_TROUBLE = 1.0  # seconds to wait when the database is unreachable


class Dispatcher:
    """One dispatcher process. `most` is the maximum number of calls from claim to answer."""

    def __init__(self, most: int = 500) -> None:
        self.token = uuid.uuid4()
        self._most = most
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._ending: dict[UUID, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._transfer_asked = asyncio.Event()
        self._listening = False
        # Leases and claims use their own thread: behind hundreds of calls they would be late.
        self._own_thread = ThreadPoolExecutor(1, "dispatcher")
        self._transfers = Transferring(self.token, self._ask)

    def stop(self) -> None:
        """Stop claiming; calls being dialed are finished."""
        self._stopping.set()
        self._woken.set()

    async def run(self) -> None:
        """Dispatch until stopped, then finish the current calls."""
        async with loop.own():
            await self._run()

    async def _run(self) -> None:
        helpers = [
            self._forever(self._renew, LEASE.total_seconds() / 3),
            self._when_due(claims.next_left, self._recover, RECOVER_EVERY),
            self._forever(self._hang_up, CALLED_OFF_EVERY),
            self._forever(self._note, NOTED_EVERY),
            self._forever(self._take_transfers, 0),
            self._forever(self._transfers.renew, LEASE.total_seconds() / 3),
            self._when_due(requests.next_left, self._transfers.settle, RECOVER_EVERY),
            self._when_due(spend.next_check, self._keep_spend_limits, SPEND_EVERY),
            self._when_due(talk_time.next_limit, self._end_at_limits, LIMITS_EVERY),
            self._when_due(revival.next_check, self._revive, REVIVAL_EVERY),
        ]
        if connection.vendor == "postgresql":
            helpers.append(self._listen())
        tasks = [asyncio.create_task(helper) for helper in helpers]
        try:
            await self._own_note(workers.note_dispatcher, self.token, 0)
            while not self._stopping.is_set():
                await self._claim()
            await self._ask(claims.release, self.token, timezone.now())
            while under_way := [*self._busy.values(), *self._transfers.busy.values()]:
                await asyncio.wait(under_way)
            await self._own_note(workers.forget_dispatcher, self.token)
        finally:
            for task in tasks:
                task.cancel()

    async def _claim(self) -> None:
        """Claim due calls, then wait for more; wait briefly when there is more than one batch."""
        self._woken.clear()
        room = min(BATCH, self._most - len(self._busy))
        try:
            found = await self._ask(claims.claim_due, self.token, timezone.now(), room) if room > 0 else []
        except Error:
            logger.exception("Reading the queue failed. Retrying.")
            await asyncio.sleep(AFTER_TROUBLE)
            return
        for call_id, fence in found:
            self._start(call_id, dialing.place(call_id, fence))
        if len(found) < BATCH:
            await self._until(self._woken, await self._rest(bool(found)))

    async def _rest(self, found: bool) -> float:
        """Return how long to wait for calls without a notification."""
        if found or self._busy or not self._listening:
            return POLL
        soon = timezone.now() + timedelta(seconds=IDLE_POLL)
        try:
            return POLL if await self._ask(claims.is_due, soon) else IDLE_POLL
        except Error:
            return POLL

    async def _until(self, woken: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), seconds)

    async def _ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        asked = partial(on_live_connection, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._own_thread, asked)

    def _start(self, call_id: UUID, work: Awaitable[None]) -> None:
        task = asyncio.create_task(self._guard(call_id, work))
        self._busy[call_id] = task
        task.add_done_callback(lambda done: self._busy.pop(call_id, None) if self._busy.get(call_id) is done else None)

    async def _guard(self, call_id: UUID, work: Awaitable[None]) -> None:
        """Isolate failures of one call. Its lease expires, and the next claimer settles it."""
        try:
            await work
        except ClaimLost:
            logger.info("Call %s was claimed by another dispatcher.", call_id)
        except Exception:
            logger.exception("Call %s failed unexpectedly.", call_id)

    async def _renew(self) -> None:
        await self._ask(claims.renew, self.token, list(self._busy), timezone.now())

    async def _note(self) -> None:
        await self._ask(workers.note_dispatcher, self.token, len(self._busy))

    async def _take_transfers(self) -> None:
        await self._until(self._transfer_asked, IDLE_POLL if self._listening else POLL)
        self._transfer_asked.clear()
        if not self._stopping.is_set():
            await self._transfers.take()

    async def _own_note(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Update this dispatcher's own row. A failure prevents neither start nor stop."""
        try:
            await self._ask(work, *args, **kwargs)
        except Error:
            logger.exception("The database did not answer. Retrying.")

    async def _recover(self) -> None:
        for call_id, fence in await self._ask(claims.take_over, self.token, timezone.now(), BATCH):
            self._start(call_id, dialing.recover(call_id, fence))

    async def _hang_up(self) -> None:
        """Close the rooms of ended calls: a dial in progress would ring anyway."""
        if self._busy:
            await asyncio.gather(*map(dialing.hang_up, await self._ask(claims.called_off, list(self._busy))))

    async def _keep_spend_limits(self) -> None:
        await in_thread(spend.look_after)

    async def _end_at_limits(self) -> None:
        """End calls at their maximum duration concurrently, so that one slow LiveKit delays only its own calls."""
        for call_id in await self._ask(talk_time.past_limit, timezone.now()):
            if call_id not in self._ending:
                self._ending[call_id] = asyncio.create_task(self._end(call_id))

    async def _end(self, call_id: UUID) -> None:
        try:
            await in_thread(talk_time.end_at_limit, call_id)
        except LiveKitError as error:
            logger.warning("Closing the room of call %s failed: %s", call_id, error)
        except Error:
            logger.exception("Ending call %s failed. Retrying.", call_id)
        finally:
            self._ending.pop(call_id, None)

    async def _revive(self) -> None:
        """Check whether paused LiveKit projects accept calls again."""
        for project_id in await self._ask(revival.to_ask, timezone.now()):
            if await in_thread(revival.ask, project_id):
                self._woken.set()

    async def _forever(self, work: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await work()
            except Error:
                logger.exception("The database did not answer. Retrying.")

    async def _when_due(
        self, next_due: Callable[[], datetime | None], work: Callable[[], Awaitable[None]], every: float
    ) -> None:
        """Do work when it is due, and again every so many seconds while it is. `next_due` returns None for none."""
        while True:
            wait = LOOK_EVERY
            try:
                at = await self._ask(next_due)
                if at is not None:
                    wait = (at - timezone.now()).total_seconds()
                if wait <= 0:
                    await work()
                    wait = every
            except Error:
                logger.exception("The database did not answer. Retrying.")
            await asyncio.sleep(min(wait, LOOK_EVERY))

    def _wake(self) -> None:
        self._woken.set()
        self._transfer_asked.set()

    async def _listen(self) -> None:
        """Listen for PostgreSQL notifications; without them the poll finds due calls."""
        parameters = connection.get_connection_params()
        known = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if key in parameters}
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**known, autocommit=True) as listener:
                    await listener.execute(f"LISTEN {CHANNEL}")
                    self._listening = True
                    self._wake()  # what came before it listened
                    async for _ in listener.notifies():
                        self._wake()
            except psycopg.Error:
                self._listening = False
                logger.warning("Not listening to PostgreSQL for due calls; polling instead.")
                await asyncio.sleep(AFTER_TROUBLE)
