"""Dial one phone into a room: the one place that asks LiveKit to dial and reads how the dial ended.

Both a call's attempts (`dial`) and the third party of a transfer (`calls.transfers.carry_out`) are dialed here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from calls.dialer.lost_answers import IDENTITY, STATUS, phone_of, told_of
from calls.dialer.outcomes import CLOSED, Next, Outcome, outcome_of, outcome_told
from calls.dialer.rate_limits import SendWindow
from calls.dialer.threads import in_thread
from calls.routing.policies import Refusal
from calls.routing.route import Hop
from telephony.livekit import DialRangOut, DialTooLate, LiveKitClient, LiveKitError, LiveKitRefused, SipRefused
from telephony.livekit.rooms import Dial, Dialed, dial, participants
from telephony.services import sip_service

LOOK_EVERY = 1.0  # seconds between checks of the room being dialed
SEEN_LATELY = 5.0  # seconds for which a check that found no ringing stays valid
Turn = Callable[[int], Awaitable[SendWindow | datetime | Refusal]]


async def by_gateway(hops: Sequence[Hop], dial_by: Callable[[Hop, bool], Awaitable[bool]]) -> None:
    """Dial through one gateway after another until `dial_by`, told whether more follow, needs no next one."""
    for hop in hops:
        if not await dial_by(hop, hop is not hops[-1]):
            return


class Leg:
    """One dial through one gateway.

    `turn` takes its send window after asking the policies, or says why and until when there is none; `rang` records
    that the phone rings, in the database.
    """

    def __init__(
        self,
        client: LiveKitClient,
        project_id: UUID,
        asked: Dial,
        turn: Turn,
        rang: Callable[[datetime], None] = lambda at: None,
    ) -> None:
        self._client, self._project_id, self._asked, self._turn, self._on_ring = client, project_id, asked, turn, rang
        self._rang, self._silent = False, -SEEN_LATELY  # seconds of the monotonic clock
        self._sent: float | None = None

    async def dial(self, turn: datetime | SendWindow | Refusal) -> Dialed | Refusal:
        """Dial within the send window, or within a later one if this process was delayed.

        `turn` is the window, or when to ask for one. Raise `LiveKitError` when nobody answered, which `outcome` reads,
        and what asking raises.
        """
        tries = 0
        while not isinstance(turn, Refusal):
            if isinstance(turn, datetime):
                await _sleep_until(turn)
                turn = await self._turn(tries)
                continue
            await _sleep_until(turn.at)
            self._sent = time.monotonic()
            watch = asyncio.create_task(self._watch_ringing())
            try:
                return await self._client.arun(dial(self._asked, not_after=turn.not_after))
            except DialTooLate:
                turn, tries = timezone.now(), tries + 1
            finally:
                watch.cancel()
        return turn

    async def outcome(self, error: LiveKitError) -> Outcome:
        """Return the outcome from LiveKit's error or, if that is ambiguous, from how the phone left the room."""
        rang = self._may_have_rung(error)
        outcome = outcome_of(error, rang=rang)
        if outcome.next is Next.WAIT:
            await in_thread(sip_service.note_no_calls_taken, self._project_id, error)
        elif isinstance(error, DialRangOut | LiveKitRefused) and self._asked.identity == IDENTITY:
            story = await in_thread(told_of, self._project_id, self._asked.room)
            told = outcome_told(story.disconnect, "", outcome.sip_status, rang=rang)
            if told is not None and (story.disconnect in CLOSED or isinstance(error, LiveKitRefused)):
                return told
        return outcome

    def _may_have_rung(self, error: LiveKitError) -> bool:
        """Return whether a phone rang, or may have rung while the room was not visible."""
        now = time.monotonic()
        timed_out = isinstance(error, DialRangOut) or (isinstance(error, SipRefused) and error.sip_code == 408)
        to_its_end = timed_out or (self._sent is not None and now - self._sent >= self._asked.ringing_seconds)
        return self._rang or (to_its_end and now - self._silent > SEEN_LATELY)

    async def _watch_ringing(self) -> None:
        """Poll the room each second until the phone rings: LiveKit sends no event for it."""
        while not self._rang:
            await asyncio.sleep(LOOK_EVERY)
            with suppress(LiveKitError):
                people = await self._client.arun(participants(self._asked.room))
                phone = phone_of(people, self._asked.identity)
                status = phone.attributes.get(STATUS) if phone is not None else None
                if status == "ringing":
                    self._rang = True
                    await in_thread(self._on_ring, timezone.now())
                elif status == "dialing":
                    self._silent = time.monotonic()


async def _sleep_until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - timezone.now()).total_seconds()))
