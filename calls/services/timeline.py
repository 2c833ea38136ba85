"""The only writer of a call's state: each change is a conditional UPDATE, a timeline event and an outgoing webhook.

Reports arrive twice, late and out of order. A call only moves forward, except that its dispatcher may return it to
the queue; what a late report adds, such as the time of the answer, is filled in without moving it back.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Value, When

from accounts.services.webhooks import emit
from calls.choices import ENDED, LIVE, AgentState, AttemptStatus, CallStatus, EventType, Reason
from calls.models import Attempt, Call, Conversation, Event
from calls.presentation.payloads import call_json
from calls.services.call_rows import lock, move
from calls.services.gathering import batched, in_transaction, insert, settle
from calls.services.usage import count_call
from voxa.core.statements import Fixed, FixedUpdate, among
from voxa.core.tasks import publish_on_commit

BEFORE: dict[CallStatus, Collection[CallStatus]] = {
    CallStatus.DIALING: {CallStatus.QUEUED},
    CallStatus.RINGING: {CallStatus.DIALING},
    CallStatus.IN_PROGRESS: {CallStatus.DIALING, CallStatus.RINGING},
    **{status: {CallStatus.QUEUED, *LIVE} for status in ENDED},
}


def note(call: Call, kind: EventType, at: datetime, attempt: Attempt | None = None, **data: Any) -> None:
    insert(Event(workspace_id=call.workspace_id, call=call, attempt=attempt, type=kind, data=data, at=at))


def note_once(call: Call, kind: EventType, at: datetime, once: UUID, **data: Any) -> None:
    """Add a timeline event with its ID, unless it was added before."""
    event = Event(
        workspace_id=call.workspace_id, call=call, type=kind, data={"id": str(once), **data}, at=at, once=once
    )
    Event.objects.bulk_create([event], ignore_conflicts=True)


@transaction.atomic
def note_agent(call: Call, state: AgentState, at: datetime) -> None:
    """Record what the agent of a call did last, with a timeline event."""
    call.agent_state, call.agent_state_at = state, at
    call.had_agent = call.had_agent or state == AgentState.JOINED
    call.save(update_fields=["agent_state", "agent_state_at", "had_agent"])
    note(call, EventType.of(state), at)


@in_transaction
def advance(call: Call, status: CallStatus, at: datetime, *, fence: int | None = None, **fields: Any) -> bool:
    """Move a call forward and return whether it moved; `fields` are written with it, and `call` is refreshed.

    With a `fence`, only the dispatcher that claimed the call last may move it.
    """
    fenced = {} if fence is None else {"fence": fence}
    if not move(call, BEFORE[status], {"status": status, "updated_at": at, **fields}, **fenced):
        return False
    note(call, EventType.of(status), at, reason=call.reason)
    tell(call)
    return True


@in_transaction
def end(call: Call, at: datetime, reason: Reason, status: CallStatus | None = None, **fields: Any) -> bool:
    """End a call once: count it, report it, release its lease. Without a `status`, an answered call is completed.

    A dial in progress ends as canceled.
    """
    fresh = lock(call.pk)
    if fresh.status in ENDED:
        return False
    answered_at: datetime | None = fields.get("answered_at") or fresh.answered_at
    status, fields["duration_seconds"] = _outcome(answered_at, at, status)
    if fields.get("fence") in (None, fresh.fence):  # first, so that the payload of the end includes it
        batched(_end_attempts, (call.pk, reason, at))
    moved = advance(
        call, status, at, reason=reason, ended_at=at, due_at=None, lease_token=None, leased_until=None, **fields
    )
    if moved:
        count_call(call)
        tell(call, "call.ended")
        batched(_tell_reports, call.pk)
    return moved


_conversations: Fixed[Any] = Fixed(
    lambda calls: Conversation.objects.filter(among("call_id", calls)).values_list("call_id", flat=True), list
)


def _tell_reports(calls: list[UUID]) -> None:
    """Send the reports of those of the calls that had a conversation."""
    for pk in _conversations(calls):
        publish_on_commit("calls.tasks.tell_report", str(pk))


_ENDABLE = (AttemptStatus.DIALING, AttemptStatus.RINGING, AttemptStatus.ANSWERED)
_talked = When(status=AttemptStatus.ANSWERED, then=Value(AttemptStatus.ENDED))


def _end_attempts(ended: list[tuple[UUID, Reason, datetime]]) -> None:
    """End the attempts of these calls that are open: after a dial that failed there is none."""
    calls = [pk for pk, *_ in ended]
    unended = calls if len(calls) == 1 else _with_open_attempts(calls)
    for pk, reason, at in ended:
        if pk in unended:
            _end_attempts_of.run(pk, reason, at)


_with_open_attempts: Fixed[Any] = Fixed(
    lambda calls: (
        Attempt.objects.filter(among("call_id", calls), status__in=_ENDABLE)
        .order_by()
        .values_list("call_id", flat=True)
    ),
    list,
)
_end_attempts_of: FixedUpdate[Attempt] = FixedUpdate(
    lambda pk, reason, at: (
        Attempt.objects.filter(call=pk, status__in=_ENDABLE),
        {
            "status": Case(_talked, default=Value(AttemptStatus.CANCELED)),
            "reason": Case(When(status=AttemptStatus.ANSWERED, then="reason"), default=Value(reason)),
            "ended_at": at,
        },
    ),
    UUID,
    str,
    datetime,
)


def tell(call: Call, event_type: str = "call.status") -> None:
    """Send a call to the workspace's webhooks, with the API's payload."""
    emit(call.workspace_id, event_type, partial(_payload, call))


def _payload(call: Call) -> dict[str, Any]:
    settle()  # its attempts are read
    return call_json(call)


@transaction.atomic
def correct(call: Call, ended_at: datetime, reason: Reason, status: CallStatus | None, **fields: Any) -> bool:
    """Update an ended call and its usage from a late report; return whether anything changed.

    No second webhook is sent: the timeline records another reason, and times are corrected without an event.
    """
    fresh = Call.objects.select_for_update().get(pk=call.pk)
    if fresh.status not in ENDED:
        return False
    answered_at: datetime | None = fields.get("answered_at", fresh.answered_at)
    status, duration = _outcome(answered_at, ended_at, status)
    fields |= {"ended_at": ended_at, "reason": reason, "status": status, "duration_seconds": duration}
    changed = {name: value for name, value in fields.items() if getattr(fresh, name) != value}
    if not changed:
        return False
    count_call(fresh, -1)
    Call.objects.filter(pk=fresh.pk).update(**changed)
    call.refresh_from_db()
    count_call(call)
    if {"reason", "status"} & set(changed):
        note(call, EventType.CALL_CORRECTED, ended_at, status=status, reason=reason)
    return True


def _outcome(answered_at: datetime | None, ended_at: datetime, status: CallStatus | None) -> tuple[CallStatus, int]:
    """Return the status, by default completed for an answered call, and the talk time in seconds."""
    seconds = max(0, round((ended_at - answered_at).total_seconds())) if answered_at else 0
    return status or (CallStatus.COMPLETED if answered_at else CallStatus.NO_ANSWER), seconds
