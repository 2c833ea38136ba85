"""Dial one claimed call: route, policies, slot, room, leg, outcome. Database work runs in threads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.utils import timezone

from agents.names import AGENT_NAME
from calls.choices import CallStatus, Reason
from calls.dialer import attempts, retries
from calls.dialer.attempts import ClaimLost
from calls.dialer.groups import stages
from calls.dialer.leg import Leg, by_gateway
from calls.dialer.lost_answers import IDENTITY, close, look, settle_answered
from calls.dialer.outcomes import Next, Outcome, before_dial
from calls.dialer.rate_limits import Limit, SendWindow, limits_of, paused_until
from calls.dialer.request import dial_request
from calls.dialer.spend import Cap, cap_of
from calls.dialer.threads import in_thread
from calls.models import Attempt, Call
from calls.routing import route as routing
from calls.routing.facts import call_facts
from calls.routing.policies import Facts, Refusal, first_refusal
from calls.routing.route import Hop, Route, trunk_rings
from calls.services.timeline import end
from telephony.livekit import LiveKitClient, LiveKitError, Operation, client_for
from telephony.livekit.rooms import create_room
from telephony.models import TelephonySettings
from telephony.services import sip_service
from voxa.core.statements import Fixed

# Ringing timeout in seconds for trunks without one. LiveKit gives up on a silent gateway after 32 s.
RINGING = 45.0
UNCONFIGURED_FOR = timedelta(seconds=30)


@dataclass(frozen=True)
class Prepared:
    """A claimed call that passed route and policies and only needs a slot."""

    call: Call
    route: Route
    facts: Facts
    limits: list[Limit]
    client: LiveKitClient
    cap: Cap | None


def prepare(call_id: UUID, fence: int, now: datetime) -> Prepared | None:
    """Load a claimed call and check route and policies; record a refusal and return None."""
    call = _with_relations.only(call_id)
    if call is None or (call.fence, call.status) != (fence, CallStatus.QUEUED):
        return None
    if call.workspace.closed_at is not None:
        end(call, now, Reason.WORKSPACE_CLOSED, CallStatus.FAILED, fence=fence)
        return None
    if call.agent is None or not call.agent.active:
        end(call, now, Reason.NO_AGENT, CallStatus.FAILED, fence=fence)  # no one to talk
        return None
    config = TelephonySettings.of(call.workspace_id)
    config.workspace = call.workspace
    call.project = config.project  # queued calls follow a workspace that changed its project
    if not call.project.is_configured:
        waits = Refusal(Reason.NOT_CONFIGURED, "LiveKit is not configured.", now + UNCONFIGURED_FOR)
        attempts.apply_refusal(call, waits, now)
        return None
    pause_ends = paused_until(call.project_id, now)
    if pause_ends is not None:
        waits = Refusal(
            Reason.LIVEKIT_UNAVAILABLE, call.project.sip_error or "LiveKit is not accepting calls.", pause_ends
        )
        attempts.apply_refusal(call, waits, now)
        return None
    found = routing.route(call, config, now)
    if isinstance(found, Refusal):
        attempts.apply_refusal(call, found, now)
        return None
    facts = call_facts(call, found, config, now)
    refusal = first_refusal(facts)
    if refusal is not None:
        attempts.apply_refusal(call, refusal, now)
        return None
    limits, cap = limits_of(found.trunk, config), cap_of(config, now)
    return Prepared(call, found, facts, limits, client_for(call.project), cap)


_with_relations = Fixed(
    lambda pk: Call.objects.select_related("workspace", "trunk", "agent").filter(pk=pk).order_by(), UUID
)


async def place(call_id: UUID, fence: int) -> None:
    """Dial a claimed call, trying the next gateway when one fails, and record the outcome.

    Raise ClaimLost when the claim was lost, or the end was requested, before the call was dialed.
    """
    ready = await stages().prepare.do(partial(prepare, call_id, fence, timezone.now()))
    if ready is not None:
        await by_gateway(ready.route.hops, partial(_dial_by, ready))


async def _dial_by(ready: Prepared, hop: Hop, more_hops: bool) -> bool:
    """Make one attempt; return whether to try the next gateway."""
    begin = partial(attempts.begin, ready.call, ready.route, hop, ready.limits, timezone.now(), ready.cap)
    begun = await stages().begin.do(begin, ready.call, ready.limits)
    if isinstance(begun, Refusal):
        await in_thread(attempts.apply_refusal, ready.call, begun, timezone.now())
        return False
    attempt, at = begun
    return await DialAttempt(ready, hop, attempt).run(at, more_hops=more_hops)


class DialAttempt:
    """One attempt, from creating its room to recording its outcome."""

    def __init__(self, ready: Prepared, hop: Hop, attempt: Attempt) -> None:
        self._call, self._attempt, self._client = ready.call, attempt, ready.client
        self._dial = dial_request(
            ready.call,
            ready.route,
            hop,
            to_number=ready.call.to_number,
            caller_id=ready.call.from_number,
            room=attempt.room_name,
            identity=IDENTITY,
            ringing=RINGING,
        )
        self._limits, self._facts = ready.limits, ready.facts
        rang = partial(attempts.rang, ready.call, attempt)
        self._leg = Leg(ready.client, ready.call.project_id, self._dial, self._turn, rang)

    async def run(self, at: datetime, *, more_hops: bool) -> bool:
        """Dial at the granted time; return whether to try the next gateway."""
        try:
            await self._client.arun(self._room())
        except LiveKitError as error:
            return await self._failed(before_dial(error), more_hops=more_hops)
        try:
            dialed = await self._leg.dial(at)
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
        stage = stages().turn
        turn = partial(attempts.turn, self._call, self._attempt, self._limits, tries, self._facts, stage.takes)
        return await stage.do(turn, self._call, self._limits)

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
