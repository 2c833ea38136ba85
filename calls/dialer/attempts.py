"""One dial on paper: recorded before it is made, marked just before LiveKit is asked, its outcome written after.

Every write is fenced: a dispatcher that lost the call to another, or whose call was ended, raises Fenced and stops.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from calls.choices import ENDED, AttemptStatus, CallStatus, Reason
from calls.dialer import spend
from calls.dialer.outcomes import Next, Outcome
from calls.dialer.rate_limits import HORIZON, Limit, Turn, one_by_one, pause, plan, slow_down, take_turn, trunk_limit
from calls.livekit.room_state import CallIds
from calls.models import Attempt, Call
from calls.routing import route as routing
from calls.routing.policies import Facts, Refusal, first_refusal
from calls.routing.route import Hop, Route
from calls.services.call_ids import note_ids
from calls.services.timeline import advance, end, note, tell
from telephony.livekit.rooms import Dialled
from telephony.models import TelephonySettings

LEASE = timedelta(seconds=15)  # renewed every third of it
NO_ROOM_FOR = timedelta(seconds=5)  # how long a trunk rests when its carrier has no room
LONGEST_REST = timedelta(hours=1)  # that a carrier's Retry-After is given
LONGEST_DELAY = timedelta(days=1)  # between two dials of one call
MOST_DIALS = 50  # of one call, counting those that never reached the callee
GATEWAY_WAIT = timedelta(seconds=30)  # for how long a call that a gateway failed keeps its place for the next one
UNCOUNTED = (Reason.CARRIER_LIMIT, Reason.LIVEKIT_UNAVAILABLE)  # nobody's phone rang for these
WAITING = (CallStatus.QUEUED, CallStatus.DIALING, CallStatus.RINGING)


class Fenced(Exception):
    """The call is not this dispatcher's any more: another claimed it, it ended, or its end was asked for."""


def apply_refusal(call: Call, refusal: Refusal, now: datetime) -> None:
    """End a queued call that may never be dialled, or put it off until it may."""
    if refusal.until is None:
        with transaction.atomic():
            if end(call, now, refusal.reason, CallStatus.FAILED, fence=call.fence):
                note(call, "call.refused", now, reason=refusal.reason, message=refusal.message)
    elif refusal.reason in (Reason.RATE, Reason.CONCURRENCY, Reason.LIVEKIT_UNAVAILABLE):
        # It keeps its place in the queue: the slot says when its trunk, or its LiveKit project, is looked at again.
        put_off(call, min(now, call.scheduled_at or call.queued_at or now), refusal, now)
    else:
        put_off(call, refusal.until, refusal, now)


@transaction.atomic
def put_off(call: Call, due: datetime, refusal: Refusal, now: datetime) -> None:
    """Return a claimed call back to the queue, also between two gateways. The timeline tells a new reason."""
    rows = Call.objects.filter(pk=call.pk, fence=call.fence, status__in=WAITING, end_requested="")
    back = {"status": CallStatus.QUEUED, "due_at": due, "lease_token": None, "leased_until": None}
    if not rows.update(**back, reason=refusal.reason, updated_at=now):
        raise Fenced
    if call.reason != refusal.reason:
        until = refusal.until.isoformat() if refusal.until else None
        note(call, "call.put_off", now, reason=refusal.reason, message=refusal.message, until=until)
    if call.status != CallStatus.QUEUED:
        call.refresh_from_db()
        tell(call)


@transaction.atomic
def begin(
    call: Call, route: Route, hop: Hop, limits: list[Limit], now: datetime, cap: spend.Cap | None = None
) -> tuple[Attempt, datetime] | Refusal:
    """Plan and record the next attempt; return it and the moment it is planned for. `call` becomes dialing.

    After a gateway's failure the next one is waited for: given back, the call would begin with the first one again.
    Under a spend limit the money is set aside here, where the workspace's slot is locked.
    """
    money = None
    if cap is not None:
        one_by_one(limits)
        money = spend.set_aside(call, cap, now)
        if isinstance(money, Refusal):
            return money
    at = plan(call, limits, HORIZON if call.status == CallStatus.QUEUED else GATEWAY_WAIT)
    if isinstance(at, Refusal):
        return at
    number = call.attempts_made + 1
    room = room_of(call, number)
    rows = Call.objects.filter(pk=call.pk, fence=call.fence, status__in=WAITING, end_requested="")
    moved = rows.update(
        status=CallStatus.DIALING,
        reason="",
        project=call.project_id,
        trunk=route.trunk,
        number=route.number,
        room_name=room,
        attempts_made=number,
        spend_reserved=money,
        started_at=Coalesce("started_at", Now()),
        due_at=None,
        leased_until=now + LEASE,
        updated_at=now,
    )
    if not moved:
        raise Fenced
    call.refresh_from_db()
    attempt = Attempt.objects.create(
        call=call,
        number=number,
        trunk=route.trunk,
        gateway_id=hop.gateway_id,
        livekit_trunk_id=hop.livekit_trunk_id,
        room_name=room,
        started_at=now,
    )
    note(call, "call.dialing", now, attempt, to=route.dialled(call.to_number), livekitTrunkId=hop.livekit_trunk_id)
    tell(call)
    return attempt, at


def room_of(call: Call, number: int) -> str:
    """Return the name of an attempt's room. No two dials share one: late events would be taken for the second's."""
    return f"call-{call.pk}-{number}" + (f"-{call.taken_back + 1}" if call.taken_back else "")


@transaction.atomic
def turn(call: Call, attempt: Attempt, limits: list[Limit], tries: int, known: Facts) -> Turn | datetime | Refusal:
    """Take the attempt's turn and write that LiveKit is asked in a moment, or give the moment to ask again.

    The policies have the last word here: since they were asked the call may have waited, or rung at another gateway.
    From here on only its room tells what became of it, unless the turn was missed and the dial not sent.
    """
    if known.daily_attempts is not None:
        one_by_one(limits)  # two calls of one callee do not overlook each other
    taken = take_turn(limits, tries)
    if not isinstance(taken, Turn):
        return taken
    refusal = first_refusal(routing.facts_now(call, known, taken.at))
    if refusal is not None:
        return refusal
    marked = Attempt.objects.filter(
        pk=attempt.pk,
        status=AttemptStatus.DIALING,
        call__fence=call.fence,
        call__status=CallStatus.DIALING,
        call__end_requested="",
    ).update(dialed_at=taken.at)
    if not marked:
        raise Fenced
    return taken


@transaction.atomic
def refused(call: Call, attempt: Attempt, refusal: Refusal, at: datetime) -> None:
    """Write that a policy stopped a dial at the last moment, and end the call or put it off."""
    _write(call, attempt, status=AttemptStatus.FAILED, reason=refusal.reason, ended_at=at)
    apply_refusal(call, refusal, at)


@transaction.atomic
def rang(call: Call, attempt: Attempt, at: datetime) -> None:
    """Write that the callee's phone rings."""
    Attempt.objects.filter(pk=attempt.pk, status=AttemptStatus.DIALING).update(
        status=AttemptStatus.RINGING, ringing_at=at
    )
    advance(call, CallStatus.RINGING, at, fence=call.fence)


@transaction.atomic
def answered(call: Call, attempt: Attempt, dialled: Dialled | None, at: datetime) -> bool:
    """Write that the callee answered; from here the reaper minds the call. False: it ended meanwhile, hang up."""
    _write(
        call,
        attempt,
        status=AttemptStatus.ANSWERED,
        answered_at=Coalesce("answered_at", at),
        sip_status_code=200,
        reason="",
    )
    if dialled is not None:
        note_ids(call, attempt.room_name, CallIds(livekit=dialled.livekit_call_id))
    limit = at + timedelta(seconds=call.max_duration_seconds)
    kept = {"lease_token": None, "leased_until": limit, "sip_status_code": 200}
    if advance(call, CallStatus.IN_PROGRESS, at, fence=call.fence, answered_at=at, **kept):
        return True
    # A report of LiveKit's may have been faster.
    return bool(Call.objects.filter(pk=call.pk, fence=call.fence, status=CallStatus.IN_PROGRESS).update(**kept))


@transaction.atomic
def unanswered(call: Call, attempt: Attempt, outcome: Outcome, at: datetime, *, more_hops: bool) -> bool:
    """Write how an unanswered dial ended and what follows; return whether the next gateway is to be tried now."""
    fresh = _locked(call)
    if fresh.end_requested or fresh.status in ENDED or outcome.reason == Reason.CANCELED:
        why = fresh.end_requested or (fresh.reason if fresh.status in ENDED else "") or Reason.CANCELED
        _called_off(call, attempt, Reason(why), outcome, at)
        return False
    if outcome.next is Next.WAIT:
        _take_back(call, attempt, outcome, at)
        return False
    _write(
        call,
        attempt,
        status=AttemptStatus.UNKNOWN if outcome.next == Next.LOOK else AttemptStatus.FAILED,
        reason=outcome.reason,
        sip_status_code=outcome.sip_code,
        sip_status=outcome.sip_status[:200],
        ended_at=at,
    )
    data = {"reason": outcome.reason, "sipStatusCode": outcome.sip_code, "sipStatus": outcome.sip_status}
    note(call, "attempt.failed", at, attempt, **data)
    call.refresh_from_db()
    if outcome.next == Next.NEXT_GATEWAY and more_hops and call.attempts_made < MOST_DIALS:
        return True
    _follow(call, attempt, outcome, at)
    return False


def _follow(call: Call, attempt: Attempt, outcome: Outcome, at: datetime) -> None:
    """Dial again later, or end the call."""
    config = TelephonySettings.of(call.workspace_id)
    goes, dials_left = _goes(call), call.attempts_made < MOST_DIALS
    asked = min(timedelta(seconds=outcome.after or 0), LONGEST_REST)  # for by the carrier
    again = outcome.next == Next.LATER or (outcome.next == Next.NEXT_GATEWAY and not outcome.final)
    if outcome.next == Next.SLOW_DOWN and dials_left:
        rest = at + max(NO_ROOM_FOR, asked)
        slow_down(trunk_limit(attempt.trunk), rest)
        _requeue(call, rest, outcome, at)
    elif again and dials_left and goes < config.max_attempts:
        delay = timedelta(seconds=config.retry_delay_seconds * 2 ** (goes - 1))
        _requeue(call, at + max(min(delay, LONGEST_DELAY), asked), outcome, at)
    else:
        end(call, at, outcome.reason, outcome.status, fence=call.fence, sip_status_code=outcome.sip_code)


def _called_off(call: Call, attempt: Attempt, reason: Reason, outcome: Outcome, at: datetime) -> None:
    """Write that a call was ended while it was dialled, on the attempt too."""
    code = outcome.sip_code
    words = {"sip_status_code": code, "sip_status": outcome.sip_status[:200]}
    Attempt.objects.filter(pk=attempt.pk).update(status=AttemptStatus.CANCELED, reason=reason, ended_at=at, **words)
    end(call, at, reason, CallStatus.CANCELED, sip_status_code=code)


def _take_back(call: Call, attempt: Attempt, outcome: Outcome, at: datetime) -> None:
    """Undo an attempt that LiveKit did not take: nothing was dialled, and the call keeps its place in the queue."""
    pause(call.project_id, at)
    attempt.delete()
    back: dict[str, Any] = {"attempts_made": F("attempts_made") - 1, "taken_back": F("taken_back") + 1, "room_name": ""}
    if call.attempts_made <= 1:
        back["started_at"] = None
    Call.objects.filter(pk=call.pk, fence=call.fence).update(**back)
    refusal = Refusal(Reason.LIVEKIT_UNAVAILABLE, outcome.sip_status, None)
    put_off(call, min(at, call.scheduled_at or call.queued_at or at), refusal, at)


@transaction.atomic
def never_dialed(call: Call, attempt: Attempt, at: datetime) -> None:
    """Return to the queue a call whose dispatcher went away before it asked LiveKit to dial: nobody's phone rang."""
    nothing = Outcome(Reason.LIVEKIT_UNAVAILABLE, CallStatus.FAILED, Next.SLOW_DOWN, None, "not dialled")
    _write(
        call, attempt, status=AttemptStatus.FAILED, reason=nothing.reason, sip_status=nothing.sip_status, ended_at=at
    )
    call.refresh_from_db()
    if call.end_requested:
        end(call, at, Reason(call.end_requested), CallStatus.CANCELED)
    else:
        _requeue(call, at, nothing, at)


def _goes(call: Call) -> int:
    """Count the goes at the callee, this one included: one through several gateways is one."""
    put_back = call.events.filter(type="call.queued", data__reason__isnull=False)
    return 1 + put_back.exclude(data__reason__in=UNCOUNTED).count()


def _locked(call: Call) -> Call:
    """Lock the call and return it as it is, unless another dispatcher has it by now; none takes it meanwhile."""
    fresh = Call.objects.select_for_update().filter(pk=call.pk, fence=call.fence).first()
    if fresh is None:
        raise Fenced
    return fresh


def _write(call: Call, attempt: Attempt, **fields: Any) -> None:
    """Write an attempt, unless another dispatcher has the call by now."""
    _locked(call)
    Attempt.objects.filter(pk=attempt.pk).update(**fields)


def _requeue(call: Call, due: datetime, outcome: Outcome, at: datetime) -> None:
    moved = Call.objects.filter(pk=call.pk, fence=call.fence, status__in=WAITING, end_requested="").update(
        status=CallStatus.QUEUED,
        due_at=due,
        reason=outcome.reason,
        sip_status_code=outcome.sip_code,
        lease_token=None,
        leased_until=None,
        updated_at=at,
    )
    if not moved:
        return  # it ended meanwhile
    call.refresh_from_db()
    note(call, "call.queued", at, reason=outcome.reason, until=due.isoformat())
    tell(call)
