"""Records of a dial: created before it, marked just before LiveKit is called, completed with the outcome.

Every write checks the fencing token: a dispatcher whose call was claimed by another, or ended, raises `ClaimLost`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from calls.choices import AttemptStatus, CallStatus, EventType, Reason
from calls.dialer import spend
from calls.dialer.rate_limits import HORIZON, LATENESS, NOT_AHEAD, Limit, SendWindow, one_by_one, plan, take_turn
from calls.livekit.room_state import CallIds
from calls.models import Attempt, Call
from calls.routing.facts import facts_now
from calls.routing.policies import Facts, Refusal, first_refusal
from calls.routing.route import Hop, Route
from calls.services.call_ids import note_ids
from calls.services.call_rows import lock, move
from calls.services.gathering import batched, in_transaction, insert
from calls.services.timeline import advance, end, note, tell
from telephony.livekit.rooms import Dialed
from voxa.core.many_rows import update_rows
from voxa.core.statements import FixedUpdate

LEASE = timedelta(seconds=15)  # renewed after every third of it
GATEWAY_WAIT = timedelta(seconds=30)  # how long a call waits for its next gateway before it returns to the queue
WAITING = (CallStatus.QUEUED, CallStatus.DIALING, CallStatus.RINGING)


class Begun(NamedTuple):
    """An attempt that is recorded, and its planned time, or its send window if it has one."""

    attempt: Attempt
    at: datetime | SendWindow


class ClaimLost(Exception):
    """The dispatcher lost the call: another one claimed it, it ended, or its end was requested."""


@in_transaction
def apply_refusal(call: Call, refusal: Refusal, now: datetime) -> None:
    """End a queued call that is permanently refused, or postpone it until it is allowed."""
    if refusal.until is None:
        if end(call, now, refusal.reason, CallStatus.FAILED, fence=call.fence):
            note(call, EventType.CALL_REFUSED, now, reason=refusal.reason, message=refusal.message)
    elif refusal.reason in (Reason.RATE, Reason.CONCURRENCY, Reason.LIVEKIT_UNAVAILABLE):
        # It keeps its place in the queue: the slot has the time of the next check of its trunk or LiveKit project.
        put_off(call, min(now, call.scheduled_at or call.queued_at or now), refusal, now)
    else:
        put_off(call, refusal.until, refusal, now)


def put_off(call: Call, due: datetime, refusal: Refusal, now: datetime) -> None:
    """Return a claimed call to the queue, also between two gateways. A new reason is added to the timeline.

    Runs in the caller's transaction.
    """
    status, reason = call.status, call.reason
    back = {"status": CallStatus.QUEUED, "due_at": due, "lease_token": None, "leased_until": None}
    back |= {"reason": refusal.reason, "updated_at": now}
    if not move(call, WAITING, back, fence=call.fence, end_requested=""):
        raise ClaimLost
    if reason != refusal.reason:
        until = refusal.until.isoformat() if refusal.until else None
        note(call, EventType.CALL_PUT_OFF, now, reason=refusal.reason, message=refusal.message, until=until)
    if status != CallStatus.QUEUED:
        tell(call)


@in_transaction
def begin(
    call: Call,
    route: Route,
    hop: Hop,
    limits: list[Limit],
    now: datetime,
    cap: spend.Cap | None = None,
    known: Facts | None = None,
    ready_in: timedelta = NOT_AHEAD,
) -> Begun | Refusal:
    """Plan and record the next attempt; return it and its planned time. `call` becomes dialing.

    After a gateway's failure, wait for the next one: a call returned to the queue starts with the first gateway again.
    Under a spend limit the money is set aside here, while the workspace's slot is locked. Given the facts just `known`,
    a dial that is due about when it can be sent, in `ready_in`, takes its send window here, and not by `turn`.
    """
    money: Decimal | None = None
    if cap is not None:
        one_by_one(limits)
        reserved = spend.set_aside(call, cap, now)
        if isinstance(reserved, Refusal):
            return reserved
        money = reserved
    at: datetime | SendWindow | Refusal
    at = plan(call, limits, HORIZON if call.status == CallStatus.QUEUED else GATEWAY_WAIT)
    if isinstance(at, Refusal):
        return at
    if known is not None and at <= timezone.now() + ready_in + LATENESS:
        at = granted(limits, 0, lambda moment: first_refusal(replace(known, now=moment)), lambda _: True, ready_in)
        if isinstance(at, Refusal):
            return at
    attempt = _record(call, route, hop, now, money, at.at if isinstance(at, SendWindow) else None)
    note(
        call,
        EventType.CALL_DIALING,
        now,
        attempt,
        to=route.dialed(call.to_number),
        livekitTrunkId=hop.livekit_trunk_id,
    )
    tell(call)
    return Begun(attempt, at)


def _record(
    call: Call, route: Route, hop: Hop, now: datetime, money: Decimal | None, dialed_at: datetime | None
) -> Attempt:
    number = call.attempts_made + 1
    room = room_of(call, number)
    values = {
        "status": CallStatus.DIALING,
        "reason": "",
        "project_id": call.project_id,
        "trunk_id": route.trunk and route.trunk.pk,
        "number_id": route.number and route.number.pk,
        "room_name": room,
        "attempts_made": number,
        "spend_reserved": money,
        "started_at": call.started_at or timezone.now(),
        "due_at": None,
        "leased_until": now + LEASE,
        "updated_at": now,
    }
    if not move(call, WAITING, values, fence=call.fence, end_requested=""):
        raise ClaimLost
    attempt = Attempt(
        call=call,
        number=number,
        trunk=route.trunk,
        gateway_id=hop.gateway_id,
        livekit_trunk_id=hop.livekit_trunk_id,
        room_name=room,
        started_at=now,
        dialed_at=dialed_at,
    )
    insert(attempt)
    return attempt


def room_of(call: Call, number: int) -> str:
    """Return the name of an attempt's room, unique per dial: late events would be attributed to the wrong one."""
    return f"call-{call.pk}-{number}" + (f"-{call.taken_back + 1}" if call.taken_back else "")


@in_transaction
def turn(
    call: Call, attempt: Attempt, limits: list[Limit], tries: int, known: Facts, ahead: timedelta = NOT_AHEAD
) -> SendWindow | datetime | Refusal:
    """Take the attempt's send window (`granted`); the call may have waited since, or rung at another gateway."""
    if known.daily_attempts is not None:
        one_by_one(limits)  # so that two calls to one callee see each other
    mark = partial(_mark_dialed, attempt.pk, call.fence)
    return granted(limits, tries, lambda at: first_refusal(facts_now(call, known, at)), mark, ahead)


_mark_dialed: FixedUpdate[Attempt] = FixedUpdate(
    lambda pk, fence, at: (
        Attempt.objects.filter(
            pk=pk,
            status=AttemptStatus.DIALING,
            call__fence=fence,
            call__status=CallStatus.DIALING,
            call__end_requested="",
        ),
        {"dialed_at": at},
    ),
    UUID,
    int,
    datetime,
)


def granted(
    limits: list[Limit],
    tries: int,
    refused: Callable[[datetime], Refusal | None],
    mark: Callable[[datetime], object],
    ahead: timedelta = NOT_AHEAD,
) -> SendWindow | datetime | Refusal:
    """Take a send window, ask the policies again by `refused` and `mark` it as sent; or return the time to retry.

    Every dial and transfer passes here last, in the caller's transaction. From here on only its room shows the
    outcome, unless the window was missed and the dial not sent. Raise `ClaimLost` if `mark` finds no row.
    """
    taken = take_turn(limits, tries, ahead)
    if not isinstance(taken, SendWindow):
        return taken
    refusal = refused(taken.at)
    if refusal is not None:
        return refusal
    if not mark(taken.at):
        raise ClaimLost
    return taken


@transaction.atomic
def refused(call: Call, attempt: Attempt, refusal: Refusal, at: datetime) -> None:
    """Record that a policy stopped a dial at the last moment, and end or postpone the call."""
    write(call, attempt, status=AttemptStatus.FAILED, reason=refusal.reason, ended_at=at)
    apply_refusal(call, refusal, at)


@transaction.atomic
def rang(call: Call, attempt: Attempt, at: datetime) -> None:
    Attempt.objects.filter(pk=attempt.pk, status=AttemptStatus.DIALING).update(
        status=AttemptStatus.RINGING, ringing_at=at
    )
    advance(call, CallStatus.RINGING, at, fence=call.fence)


@transaction.atomic
def answered(call: Call, attempt: Attempt, dialed: Dialed | None, at: datetime) -> bool:
    """Record that the callee answered; the monitor takes over. Return False if the call has ended: hang up."""
    write(
        call,
        attempt,
        status=AttemptStatus.ANSWERED,
        answered_at=Coalesce("answered_at", at),
        sip_status_code=200,
        reason="",
    )
    if dialed is not None:
        note_ids(call, attempt.room_name, CallIds(livekit=dialed.livekit_call_id))
    limit = at + timedelta(seconds=call.max_duration_seconds)
    kept = {"lease_token": None, "leased_until": limit, "sip_status_code": 200}
    if advance(call, CallStatus.IN_PROGRESS, at, fence=call.fence, answered_at=at, **kept):
        return True
    # A report from LiveKit may have been faster.
    return bool(Call.objects.filter(pk=call.pk, fence=call.fence, status=CallStatus.IN_PROGRESS).update(**kept))


def locked(call: Call) -> Call:
    """Lock and return the current call. Raise `ClaimLost` if another dispatcher has claimed it."""
    try:
        fresh = lock(call.pk)
    except Call.DoesNotExist:
        raise ClaimLost from None
    if fresh.fence != call.fence:
        raise ClaimLost
    return fresh


def write(call: Call, attempt: Attempt, **fields: Any) -> None:
    """Write an attempt. Raise `ClaimLost` if another dispatcher has claimed the call."""
    locked(call)
    Attempt.objects.filter(pk=attempt.pk).update(**fields)


def write_attempt(attempt: Attempt, **fields: Any) -> None:
    """Write an attempt in a transaction that holds its call."""
    batched(_write_attempts, (attempt.pk, fields))


def _write_attempts(changes: list[tuple[UUID, dict[str, Any]]]) -> None:
    update_rows(Attempt, changes)
