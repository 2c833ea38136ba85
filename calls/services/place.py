"""Place a call, dispatch it now, cancel it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from accounts.services.webhooks import endpoints_asked
from calls.choices import LIVE, CallStatus, Direction, EventType, Reason
from calls.dialer.wake import wake_dispatchers
from calls.models import Call
from calls.routing import route
from calls.routing.route import NOT_VERIFIED
from calls.services.agent_of_call import check_agent_of
from calls.services.hangup import hang_up
from calls.services.timeline import end, note, tell
from telephony.choices import AgentDirection
from telephony.models import Agent, TelephonySettings, Trunk
from telephony.models.telephony_settings import settings_asked
from telephony.services.errors import Problems
from voxa.core.errors import Conflict, Unavailable
from voxa.core.phone_numbers import or_none
from voxa.core.statements import Asked, read_ahead, read_once

# The sentence of the queue-and-dispatch reference, to the letter: programs compare it.
NOT_CONFIGURED = "Telephony worker not configured — call remains queued. Set LIVEKIT_* and carrier credentials in .env."
LONGEST = 3600  # default maximum of talk time in seconds
TYPED = 80  # characters kept of the number as typed
FURTHEST = timedelta(days=365)
LATE = timedelta(minutes=1)  # allowed delay of a request plus clock difference


@contextmanager
def placing(workspace: Workspace, from_: str, *asked: Asked) -> Iterator[None]:
    """Read ahead what `place_call` within it asks, and `asked`, in one message to the database."""
    own_number = route.own_number_asked, (workspace.pk, or_none(from_, workspace.country) or "")
    with read_once():
        read_ahead(own_number, (settings_asked, (workspace.pk,)), (endpoints_asked, (workspace.pk,)), *asked)
        yield


def place_call(
    workspace: Workspace,
    *,
    to: str,
    from_: str,
    agent: Agent | None,
    trunk: Trunk | None = None,
    scheduled_at: datetime | None = None,
    not_after: datetime | None = None,
    max_duration_seconds: int | None = None,
    metadata: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    agent_overrides: Mapping[str, Any] | None = None,
    problems: Problems | None = None,
) -> Call:
    """Queue a call. Raise `ValidationError` with all errors by field: `to`, `from`, `agent`, `trunk`, ...

    Policies are checked when it is due; only a caller ID that is not the workspace's is rejected here.
    `problems` are errors that the caller of this function has already found.
    """
    problems, now = Problems() if problems is None else problems, timezone.now()
    call = _asked_for(workspace, to, from_, trunk, now, problems)
    call.agent, call.metadata = agent, dict(metadata or {})
    call.variables, call.agent_overrides = dict(variables or {}), dict(agent_overrides or {})
    longest = call.agent_overrides.get("max_duration_seconds", max_duration_seconds)
    call.max_duration_seconds = LONGEST if longest is None else longest
    call.scheduled_at, call.not_after, call.due_at = scheduled_at, not_after, max(now, scheduled_at or now)
    _check(call, now, problems)
    problems.raise_any()
    with transaction.atomic():
        call.save(force_insert=True)
        note(call, EventType.CALL_QUEUED, now)
        tell(call)
        wake_dispatchers()
    return call


def _asked_for(
    workspace: Workspace, to: str, from_: str, trunk: Trunk | None, now: datetime, problems: Problems
) -> Call:
    """Return the call between two numbers as typed, on the chosen trunk or that of the caller ID."""
    called = problems.number("to", to, workspace.country)
    caller_id = problems.number("from", from_, workspace.country)
    number = route.own_number(workspace.pk, caller_id)
    return Call(
        workspace=workspace,
        project=TelephonySettings.of(workspace.pk).project,
        direction=Direction.OUTBOUND,
        to_number=called,
        to_typed=as_typed(to, called),
        from_number=caller_id,
        from_typed=as_typed(from_, caller_id),
        number=number,
        trunk=trunk or (number.trunk if number else None),
        trunk_chosen=trunk is not None,
        queued_at=now,
    )


def as_typed(text: str, number: str) -> str:
    """Return the number as typed if it differs from its canonical form."""
    return "" if text == number else text[:TYPED]


def _check(call: Call, now: datetime, problems: Problems) -> None:
    if call.number is None or not route.is_verified(call.number, call.project):
        problems.add("from", NOT_VERIFIED, Reason.CALLER_ID)
    agent, trunk = call.agent, call.trunk
    if agent is None or agent.workspace_id != call.workspace_id:
        problems.add("agent", "Choose an agent of this workspace.", "not_found")
    elif not agent.active or agent.direction == AgentDirection.INBOUND:
        problems.add("agent", "Choose an active agent that makes outbound calls.", "agent")
    if call.trunk_chosen and trunk is not None and trunk.workspace_id != call.workspace_id:
        problems.add("trunk", "Choose a trunk of this workspace.", "not_found")
    elif call.trunk_chosen and trunk is not None and trunk.for_transfers:
        problems.add("trunk", "This is a transfer trunk. Choose a trunk for outbound calls.", "for_transfers")
    _check_times(call, now, problems)
    problems.check(call, ("max_duration_seconds", "metadata"))
    check_agent_of(call, problems)


def _check_times(call: Call, now: datetime, problems: Problems) -> None:
    """Add an error for a time in the past: such a call would be too late, or a mistake."""
    at, latest = call.scheduled_at, call.not_after
    if at is not None and at > now + FURTHEST:
        problems.add("scheduled_at", "Schedule the call at most one year ahead.", "scheduled_at")
    elif at is not None and at < now - LATE:
        words = "This time is in the past. Enter a future time, or omit it to call immediately."
        problems.add("scheduled_at", words, "past")
    if latest is not None and latest <= now:
        problems.add("not_after", "This time is in the past. Enter a future time, or omit it.", "past")
    elif latest is not None and at is not None and latest <= at:
        problems.add("not_after", "Enter a time after the scheduled time of the call.", "not_after")
    elif latest is not None and latest > now + FURTHEST * 2:
        problems.add("not_after", "Enter a time at most two years ahead.", "not_after")


def dispatch_now(call: Call) -> Call:
    """Make a queued call due now. Raise `Unavailable` if LiveKit is not configured, `Conflict` if it left the queue."""
    if not call.project.is_configured:
        raise Unavailable(Reason.NOT_CONFIGURED, NOT_CONFIGURED)
    now = timezone.now()
    with transaction.atomic():
        if not Call.objects.filter(pk=call.pk, status=CallStatus.QUEUED).update(due_at=now, updated_at=now):
            raise Conflict("not_queued", "The call is no longer queued.")
        wake_dispatchers()
    call.refresh_from_db()
    return call


def cancel(call: Call) -> Call:
    """Cancel a call before it is answered. Raise `Conflict` once it is answered or over.

    A queued call ends immediately; one being dialed is hung up and ends when LiveKit has closed its room.
    """
    now = timezone.now()
    if call.direction != Direction.OUTBOUND:
        raise Conflict("not_cancelable", "Only an outbound call can be canceled. Hang this one up instead.")
    with transaction.atomic():
        fresh = Call.objects.select_for_update().get(pk=call.pk)
        if fresh.status == CallStatus.QUEUED:
            end(fresh, now, Reason.CANCELED, CallStatus.CANCELED)
            return fresh
    if fresh.status not in LIVE or fresh.status == CallStatus.IN_PROGRESS:
        raise Conflict("not_cancelable", "The call was answered or is over. Hang it up instead.")
    return hang_up(fresh, Reason.CANCELED)
