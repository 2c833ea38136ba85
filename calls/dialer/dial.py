"""Dial one claimed call: start, room, send window, leg, outcome. Database work runs in threads."""

import time
from datetime import datetime
from functools import partial
from uuid import UUID

from django.utils import timezone

from agents.names import AGENT_NAME
from calls.dialer import attempts, retries
from calls.dialer.attempts import Begun, ClaimLost
from calls.dialer.groups import Job, stages
from calls.dialer.leg import Leg, by_gateway
from calls.dialer.lost_answers import IDENTITY, close, look, settle_answered
from calls.dialer.outcomes import Next, Outcome, before_dial
from calls.dialer.rate_limits import SendWindow
from calls.dialer.request import dial_request
from calls.dialer.start import Prepared, Start
from calls.dialer.threads import in_thread
from calls.models import Attempt, Call
from calls.routing.policies import Refusal
from calls.routing.route import Hop, trunk_rings
from telephony.livekit import LiveKitClient, LiveKitError, Operation, client_for
from telephony.livekit.rooms import create_room
from telephony.services import sip_service

# Ringing timeout in seconds for trunks without one. LiveKit gives up on a silent gateway after 32 s.
RINGING = 45.0


async def place(call_id: UUID, fence: int) -> None:
    """Dial a claimed call, trying the next gateway when one fails, and record the outcome.

    Raise ClaimLost when the claim was lost, or the end was requested, before the call was dialed.
    """
    start = Start(call_id, fence, stages().start_lead)
    begun = await stages().start.put(Job(start.begin, call_id=call_id, first=start.route))
    if begun is not None:
        hops = start.ready.route.hops
        first = DialAttempt(start.ready, hops[0], begun, start.since)
        if await first.run(more_hops=len(hops) > 1):
            await by_gateway(hops[1:], partial(_dial_by, start.ready))


async def _dial_by(ready: Prepared, hop: Hop, more_hops: bool) -> bool:
    """Make one more attempt; return whether to try the next gateway."""
    begin = partial(attempts.begin, ready.call, ready.route, hop, ready.limits, timezone.now(), ready.cap)
    begun = await stages().begin.do(begin, ready.call, ready.limits)
    if isinstance(begun, Refusal):
        await in_thread(attempts.apply_refusal, ready.call, begun, timezone.now())
        return False
    return await DialAttempt(ready, hop, begun).run(more_hops=more_hops)


class DialAttempt:
    """One attempt, from creating its room to recording its outcome."""

    def __init__(self, ready: Prepared, hop: Hop, begun: Begun, since: float | None = None) -> None:
        self._call, self._attempt, self._client = ready.call, begun.attempt, ready.client
        self._dial = dial_request(
            ready.call,
            ready.route,
            hop,
            to_number=ready.call.to_number,
            caller_id=ready.call.from_number,
            room=begun.attempt.room_name,
            identity=IDENTITY,
            ringing=RINGING,
        )
        self._limits, self._facts = ready.limits, ready.facts
        rang = partial(attempts.rang, ready.call, begun.attempt)
        self._at, self._since = begun.at, since
        self._leg = Leg(ready.client, ready.call.project_id, self._dial, self._turn, rang)

    async def run(self, *, more_hops: bool) -> bool:
        """Dial in the granted window, or take one at the planned time; return whether to try the next gateway."""
        try:
            await self._client.arun(self._room())
        except LiveKitError as error:
            return await self._failed(before_dial(error), more_hops=more_hops)
        if self._since is not None:
            stages().start_lead[self._call.project_id].note(self._since)
        try:
            dialed = await self._leg.dial(self._at)
        except ClaimLost:
            await close(self._client, self._dial.room)
            raise
        except LiveKitError as error:
            outcome = await self._leg.outcome(error)
            if outcome.next == Next.LOOK:
                return await look(
                    self._call, self._attempt, self._client, self._dial.ringing_seconds, more_hops=more_hops
                )
            await close(self._client, self._dial.room)
            return await self._failed(outcome, more_hops=more_hops)
        if isinstance(dialed, Refusal):
            await close(self._client, self._dial.room)
            await in_thread(attempts.refused, self._call, self._attempt, dialed, timezone.now())
        else:
            await settle_answered(self._call, self._attempt, dialed, self._client)
            await in_thread(sip_service.note_calls_taken, self._call.project_id)
        return False

    async def _turn(self, tries: int) -> SendWindow | datetime | Refusal:
        lead, since = stages().turn_lead, 0.0

        def turn() -> SendWindow | datetime | Refusal:
            nonlocal since
            since = time.monotonic()
            return attempts.turn(self._call, self._attempt, self._limits, tries, self._facts, lead.taken())

        taken = await stages().turn.do(turn, self._call, self._limits)
        lead.note(since)
        return taken

    def _room(self) -> Operation[None]:
        metadata = {"workspace": str(self._call.workspace_id), "call": str(self._call.pk)}
        return create_room(
            self._dial.room,
            agent_name=AGENT_NAME,
            agent_metadata=metadata,
            empty_seconds=int(self._dial.ringing_seconds) + 15,
        )

    async def _failed(self, outcome: Outcome, *, more_hops: bool) -> bool:
        work = partial(retries.unanswered, self._call, self._attempt, outcome, timezone.now(), more_hops=more_hops)
        if outcome.next in (Next.SLOW_DOWN, Next.WAIT):  # they lock a rate limit
            return await in_thread(work)
        return await stages().outcome.do(work, self._call)


async def hang_up(call: Call) -> None:
    """Close the room of a call that has ended or is requested to end."""
    await close(client_for(call.project), call.room_name)


async def recover(call_id: UUID, fence: int) -> None:
    """Settle a call whose dispatcher stopped: dial again if it was certainly not dialed, else check its room."""
    left = await in_thread(_left_behind, call_id, fence)
    if left is None:
        return
    call, attempt, client = left
    if attempt.dialed_at is None:
        await in_thread(retries.never_dialed, call, attempt, timezone.now())
    else:
        await look(call, attempt, client, trunk_rings(attempt.trunk, RINGING), more_hops=False)


def _left_behind(call_id: UUID, fence: int) -> tuple[Call, Attempt, LiveKitClient] | None:
    call = Call.objects.select_related("workspace", "project").filter(pk=call_id, fence=fence).first()
    attempt = call.attempts.select_related("trunk").last() if call else None
    return None if call is None or attempt is None else (call, attempt, client_for(call.project))
