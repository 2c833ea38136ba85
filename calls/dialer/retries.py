"""What follows a dial that nobody answered: the next gateway, a retry later, or the end of the call."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from calls.choices import ENDED, AttemptStatus, CallStatus, EventType, Reason
from calls.dialer.attempts import WAITING, locked, put_off, write, write_attempt
from calls.dialer.outcomes import Next, Outcome
from calls.dialer.rate_limits import pause, slow_down, trunk_limit
from calls.models import Attempt, Call
from calls.routing.policies import Refusal
from calls.services.call_rows import copy_columns, move, refresh
from calls.services.gathering import in_transaction
from calls.services.timeline import end, note, tell
from telephony.models import TelephonySettings, Trunk

NO_ROOM_FOR = timedelta(seconds=5)  # how long a trunk pauses when its carrier is at its limit
LONGEST_REST = timedelta(hours=1)  # the maximum accepted from a carrier's Retry-After
LONGEST_DELAY = timedelta(days=1)  # between two dials of one call
MOST_DIALS = 50  # of one call, counting those that never reached the callee
UNCOUNTED = (Reason.CARRIER_LIMIT, Reason.LIVEKIT_UNAVAILABLE)  # reasons for which no phone rang


@in_transaction
def unanswered(call: Call, attempt: Attempt, outcome: Outcome, at: datetime, *, more_hops: bool) -> bool:
    """Record how an unanswered dial ended and what follows; return whether to try the next gateway now."""
    fresh = locked(call)
    if fresh.end_requested or fresh.status in ENDED or outcome.reason == Reason.CANCELED:
        why = fresh.end_requested or (fresh.reason if fresh.status in ENDED else "") or Reason.CANCELED
        _called_off(call, attempt, Reason(why), outcome, at)
        return False
    if outcome.next is Next.WAIT:
        _take_back(call, attempt, outcome, at)
        return False
    write_attempt(
        attempt,
        status=AttemptStatus.UNKNOWN if outcome.next == Next.LOOK else AttemptStatus.FAILED,
        reason=outcome.reason,
        sip_status_code=outcome.sip_code,
        sip_status=outcome.sip_status[:200],
        ended_at=at,
    )
    data = {"reason": outcome.reason, "sipStatusCode": outcome.sip_code, "sipStatus": outcome.sip_status}
    note(call, EventType.ATTEMPT_FAILED, at, attempt, **data)
    copy_columns(fresh, call)
    if outcome.next == Next.NEXT_GATEWAY and more_hops and call.attempts_made < MOST_DIALS:
        return True
    _follow(call, attempt, outcome, at)
    return False


def _follow(call: Call, attempt: Attempt, outcome: Outcome, at: datetime) -> None:
    """Dial again later, or end the call."""
    config = TelephonySettings.of(call.workspace_id)
    goes, dials_left = call.retries + 1, call.attempts_made < MOST_DIALS
    again = outcome.next == Next.LATER or (outcome.next == Next.NEXT_GATEWAY and not outcome.final)
    if outcome.next == Next.SLOW_DOWN and dials_left:
        _requeue(call, rest_trunk(attempt.trunk, outcome, at), outcome, at)
    elif again and dials_left and goes < config.max_attempts:
        delay = timedelta(seconds=config.retry_delay_seconds * 2 ** (goes - 1))
        _requeue(call, at + max(min(delay, LONGEST_DELAY), _asked_for(outcome)), outcome, at)
    else:
        end(call, at, outcome.reason, outcome.status, fence=call.fence, sip_status_code=outcome.sip_code)


def rest_trunk(trunk: Trunk | None, outcome: Outcome, at: datetime) -> datetime:
    """Pause a trunk whose carrier is at its limit; return until when."""
    until = at + max(NO_ROOM_FOR, _asked_for(outcome))
    slow_down(trunk_limit(trunk), until)
    return until


def _asked_for(outcome: Outcome) -> timedelta:
    """Return the delay that the carrier asked for."""
    return min(timedelta(seconds=outcome.after or 0), LONGEST_REST)


def _called_off(call: Call, attempt: Attempt, reason: Reason, outcome: Outcome, at: datetime) -> None:
    """Record that a call was ended while being dialed, on the attempt too."""
    code = outcome.sip_code
    words = {"sip_status_code": code, "sip_status": outcome.sip_status[:200]}
    write_attempt(attempt, status=AttemptStatus.CANCELED, reason=reason, ended_at=at, **words)
    end(call, at, reason, CallStatus.CANCELED, sip_status_code=code)


def _take_back(call: Call, attempt: Attempt, outcome: Outcome, at: datetime) -> None:
    """Undo an attempt that LiveKit did not accept: nothing was dialed, and the call keeps its place in the queue."""
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
    """Return to the queue a call whose dispatcher stopped before it called LiveKit: no phone rang."""
    nothing = Outcome(Reason.LIVEKIT_UNAVAILABLE, CallStatus.FAILED, Next.SLOW_DOWN, None, "not dialed")
    write(call, attempt, status=AttemptStatus.FAILED, reason=nothing.reason, sip_status=nothing.sip_status, ended_at=at)
    refresh(call)
    if call.end_requested:
        end(call, at, Reason(call.end_requested), CallStatus.CANCELED)
    else:
        _requeue(call, at, nothing, at)


def _requeue(call: Call, due: datetime, outcome: Outcome, at: datetime) -> None:
    """Return a locked call to the queue, unless it ended meanwhile."""
    back = {
        "status": CallStatus.QUEUED,
        "due_at": due,
        "reason": outcome.reason,
        "sip_status_code": outcome.sip_code,
        "retries": call.retries + int(outcome.reason not in UNCOUNTED),
        "lease_token": None,
        "leased_until": None,
        "updated_at": at,
    }
    if move(call, WAITING, back, fence=call.fence, end_requested=""):
        note(call, EventType.CALL_QUEUED, at, reason=outcome.reason, until=due.isoformat())
        tell(call)
