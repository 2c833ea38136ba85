"""One claimed call on its way: route, policies, slot, room, dial, outcome. The database is asked in threads."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone

from calls import routing
from calls.choices import CallStatus, Reason
from calls.models import Attempt, Call
from calls.outcomes import Next, Outcome, outcome_of
from calls.pacing import Limit, Turn, limits_of
from calls.policies import Facts, Refusal, first_refusal
from calls.routing import Hop, Route
from calls.services import attempts
from calls.services.attempts import Fenced
from calls.services.spend import Cap, cap_of
from calls.services.timeline import end
from telephony.livekit_client import DialTooLate, LiveKitClient, LiveKitError, LiveKitUnavailable, Operation, client_for
from telephony.livekit_client.rooms import (
    Dial,
    Dialled,
    Participant,
    close_room,
    create_room,
    dial,
    participants,
)
from telephony.models import TelephonySettings

P = ParamSpec("P")
T = TypeVar("T")

AGENT_NAME = "voxa-agent"
IDENTITY = "phone"
RINGING = 45.0  # seconds that a callee's phone rings, at most
LOOK_EVERY = 1.0  # seconds between looks at the room being dialled
SETTLES_IN = timedelta(seconds=5)  # a dial accepted by LiveKit shows in its room within this
BLIND_FOR = timedelta(seconds=120)  # how long LiveKit may be away before a dial is given up as unknown
STATUS = "sip.callStatus"
UNCONFIGURED_FOR = timedelta(seconds=30)


def on_live_connection(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run database work in a thread that outlives connections."""
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run database work in a thread."""
    return await asyncio.to_thread(partial(on_live_connection, work, *args, **kwargs))


@dataclass(frozen=True)
class Prepared:
    """A claimed call that may be dialled as far as can be told without a slot."""

    call: Call
    route: Route
    facts: Facts
    limits: list[Limit]
    client: LiveKitClient
    cap: Cap | None


def prepare(call_id: UUID, fence: int, now: datetime) -> Prepared | None:
    """Read a claimed call and ask route and policies; what they refuse is written, and None given."""
    call = (
        Call.objects.select_related("workspace", "trunk", "agent")
        .filter(pk=call_id, fence=fence, status=CallStatus.QUEUED)
        .first()
    )
    if call is None:
        return None
    if call.workspace.closed_at is not None:
        end(call, now, Reason.WORKSPACE_CLOSED, CallStatus.FAILED, fence=fence)
        return None
    if call.agent is None or not call.agent.active:
        end(call, now, Reason.NO_AGENT, CallStatus.FAILED, fence=fence)  # nobody would speak
        return None
    config = TelephonySettings.of(call.workspace_id)
    config.workspace = call.workspace
    call.project = config.project  # a workspace that moved takes its waiting calls along
    if not call.project.is_configured:
        waits = Refusal(Reason.NOT_CONFIGURED, "LiveKit is not configured.", now + UNCONFIGURED_FOR)
        attempts.apply_refusal(call, waits, now)
        return None
    found = routing.route(call, config, now)
    if isinstance(found, Refusal):
        attempts.apply_refusal(call, found, now)
        return None
    facts = routing.facts(call, found, config, now)
    refusal = first_refusal(facts)
    if refusal is not None:
        attempts.apply_refusal(call, refusal, now)
        return None
    limits, cap = limits_of(found.trunk, config), cap_of(config, now)
    return Prepared(call, found, facts, limits, client_for(call.project), cap)


async def place(call_id: UUID, fence: int) -> None:
    """Dial a claimed call, gateway after gateway where one fails, and write what came of it.

    Raises Fenced when the call was taken from us, or its end asked for, before it was dialled.
    """
    ready = await in_thread(prepare, call_id, fence, timezone.now())
    if ready is None:
        return
    hops = ready.route.hops
    for hop in hops:
        begun = await in_thread(attempts.begin, ready.call, ready.route, hop, ready.limits, timezone.now(), ready.cap)
        if isinstance(begun, Refusal):
            await in_thread(attempts.apply_refusal, ready.call, begun, timezone.now())
            return
        attempt, at = begun
        if not await OneDial(ready, hop, attempt).run(at, more_hops=hop is not hops[-1]):
            return


class OneDial:
    """One attempt, from its room to its outcome."""

    def __init__(self, ready: Prepared, hop: Hop, attempt: Attempt) -> None:
        self._call, self._limits, self._attempt = ready.call, ready.limits, attempt
        self._client, self._facts = ready.client, ready.facts
        self._rang, self._sent = False, 0.0
        self._dial = Dial(
            livekit_trunk_id=hop.livekit_trunk_id,
            to=ready.route.dialled(ready.call.to_number),
            caller_id=ready.call.from_number,
            room=attempt.room_name,
            identity=IDENTITY,
            ringing_seconds=RINGING,
            max_seconds=ready.call.max_duration_seconds,
            attributes={"voxa.workspace": str(ready.call.workspace_id), "voxa.call": str(ready.call.pk)},
        )

    async def run(self, at: datetime, *, more_hops: bool) -> bool:
        """Dial at the moment granted; say whether the next gateway is to be tried."""
        try:
            await self._client.arun(self._room())
        except LiveKitError as error:
            return await self._failed(before_dial(error), more_hops=more_hops)
        try:
            dialled = await self._on_time(at)
        except Fenced:
            await self._close()
            raise
        except LiveKitError as error:
            # A gateway that says nothing at all is given up before ringing is: to its end, somewhere a phone rang.
            rang = self._rang or time.monotonic() - self._sent >= RINGING
            outcome = outcome_of(error, rang=rang)
            if outcome.next == Next.LOOK:
                await look(self._call, self._attempt, self._client)
                return False
            await self._close()
            return await self._failed(outcome, more_hops=more_hops)
        if isinstance(dialled, Refusal):
            await self._close()
            await in_thread(attempts.refused, self._call, self._attempt, dialled, timezone.now())
        else:
            await settle_answered(self._call, self._attempt, dialled, self._client)
        return False

    async def _on_time(self, at: datetime) -> Dialled | Refusal:
        """Ask LiveKit to dial when it is this attempt's turn, or at a later turn where this process was held up."""
        tries = 0
        while True:
            await _sleep_until(at)
            turn = await in_thread(attempts.turn, self._call, self._attempt, self._limits, tries, self._facts)
            if isinstance(turn, Refusal):
                return turn
            if not isinstance(turn, Turn):
                at = turn
                continue
            await _sleep_until(turn.at)
            self._sent = time.monotonic()
            watch = asyncio.create_task(self._watch_ringing())
            try:
                return await self._client.arun(dial(self._dial, not_after=turn.not_after))
            except DialTooLate:
                at, tries = timezone.now(), tries + 1
            finally:
                watch.cancel()

    async def _watch_ringing(self) -> None:
        """Look at the room each second until the phone rings: no event of LiveKit's tells."""
        while not self._rang:
            await asyncio.sleep(LOOK_EVERY)
            with suppress(LiveKitError):
                phone = phone_of(await self._client.arun(participants(self._dial.room)))
                if phone is not None and phone.attributes.get(STATUS) == "ringing":
                    self._rang = True
                    await in_thread(attempts.rang, self._call, self._attempt, timezone.now())

    def _room(self) -> Operation[None]:
        metadata = {"workspace": str(self._call.workspace_id), "call": str(self._call.pk)}
        return create_room(
            self._dial.room, agent_name=AGENT_NAME, agent_metadata=metadata, empty_seconds=int(RINGING) + 15
        )

    async def _failed(self, outcome: Outcome, *, more_hops: bool) -> bool:
        return await in_thread(
            attempts.unanswered, self._call, self._attempt, outcome, timezone.now(), more_hops=more_hops
        )

    async def _close(self) -> None:
        with suppress(LiveKitError):
            await self._client.arun(close_room(self._dial.room))


async def hang_up(call: Call) -> None:
    """Close the room of a call that is over, or to end."""
    with suppress(LiveKitError):
        await client_for(call.project).arun(close_room(call.room_name))


async def recover(call_id: UUID, fence: int) -> None:
    """Settle a call whose dispatcher went away: dial it afresh if it surely was not dialled, else look at its room."""
    left = await in_thread(_left_behind, call_id, fence)
    if left is None:
        return
    call, attempt, client = left
    if attempt.dialed_at is None:
        await in_thread(attempts.never_dialed, call, attempt, timezone.now())
    else:
        await look(call, attempt, client)


def _left_behind(call_id: UUID, fence: int) -> tuple[Call, Attempt, LiveKitClient] | None:
    call = Call.objects.select_related("workspace", "project").filter(pk=call_id, fence=fence).first()
    attempt = call.attempts.last() if call else None
    return None if call is None or attempt is None else (call, attempt, client_for(call.project))


async def look(call: Call, attempt: Attempt, client: LiveKitClient) -> None:
    """Find out from its room what became of a dial that nobody answered for. It is never dialled again."""
    since = attempt.dialed_at or attempt.started_at
    while True:
        now = timezone.now()
        try:
            phone = phone_of(await client.arun(participants(attempt.room_name)))
        except LiveKitError:
            if now > since + BLIND_FOR:
                break
        else:
            if phone is None and now > since + SETTLES_IN:
                break
            if phone is not None and phone.attributes.get(STATUS) in ("active", "automation"):
                await settle_answered(call, attempt, None, client)
                return
            if now > since + timedelta(seconds=RINGING) + SETTLES_IN:
                with suppress(LiveKitError):
                    await client.arun(close_room(attempt.room_name))
                break
        await asyncio.sleep(LOOK_EVERY)
    unknown = Outcome(Reason.OUTCOME_UNKNOWN, CallStatus.FAILED, Next.LOOK)
    await in_thread(attempts.unanswered, call, attempt, unknown, timezone.now(), more_hops=False)


async def settle_answered(call: Call, attempt: Attempt, dialled: Dialled | None, client: LiveKitClient) -> None:
    """Write that the callee answered, or hang up where the call ended meanwhile."""
    if not await in_thread(attempts.answered, call, attempt, dialled, timezone.now()):
        with suppress(LiveKitError):
            await client.arun(close_room(attempt.room_name))


def before_dial(error: LiveKitError) -> Outcome:
    """Read what making the room raised: whatever it was, nothing was dialled."""
    if isinstance(error, LiveKitUnavailable):
        return Outcome(Reason.LIVEKIT_UNAVAILABLE, CallStatus.FAILED, Next.SLOW_DOWN, sip_status=str(error))
    return Outcome(Reason.LIVEKIT_REFUSED, CallStatus.FAILED, Next.STOP, sip_status=str(error))


def phone_of(people: list[Participant]) -> Participant | None:
    """Give the callee among who is in a room."""
    return next((who for who in people if who.identity == IDENTITY), None)


async def _sleep_until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - timezone.now()).total_seconds()))
