"""Update calls from LiveKit's room events.

All stored events of a room are combined each time, so their order, repetition and delay do not matter. A project's
events affect only that project's calls.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from google.protobuf.json_format import ParseDict
from livekit.protocol.webhook import WebhookEvent

from calls.choices import (
    ENDED,
    AgentState,
    AttemptStatus,
    CallStatus,
    Direction,
    EventType,
    Reason,
    Speaker,
    TransferMode,
    TransferStatus,
)
from calls.livekit.closing import status_for
from calls.livekit.inbound import begin_inbound, is_ours
from calls.livekit.room_state import EGRESS, TOLD, Sighting, Story, sighting_of, tell
from calls.models import Attempt, Call, LiveKitEvent, TranscriptItem, Transfer
from calls.recordings import recording
from calls.services.call_ids import note_ids
from calls.services.timeline import advance, correct, end, note, note_agent
from telephony.livekit.egress import egress_of
from telephony.models import LiveKitProject
from voxa.core.tasks import publish, publish_on_commit

logger = logging.getLogger(__name__)

MOST_FAILURES = 5  # per event; afterwards it is kept unprocessed for a person to check
AT_ONCE = 500
SECONDS = 30.0  # per run
SLACK = timedelta(seconds=2)  # difference between LiveKit's clock of the maximum duration and ours
_woken_at = 0.0  # by this process
# Around the 30 s after which the SIP service ends a call without audio.
SILENT_FROM, SILENT_UNTIL = timedelta(seconds=27), timedelta(seconds=40)
BROKEN = frozenset(
    {"SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT", "MEDIA_FAILURE", "SIGNAL_CLOSE", "STATE_MISMATCH", "JOIN_FAILURE"}
)
BY_US = frozenset({"ROOM_DELETED", "PARTICIPANT_REMOVED", "ROOM_CLOSED"})


def wake() -> None:
    """Queue the ingestion of stored events: one task handles all events that arrive while it waits."""
    global _woken_at
    gather, now = settings.LIVEKIT_GATHER_SECONDS, time.monotonic()
    if gather and now - _woken_at < gather / 2:
        return  # that task starts later than now; if its clock were wrong, the sweep would find the event
    _woken_at = now
    publish("calls.tasks.ingest_events", after=gather)


def ingest_waiting() -> int:
    """Ingest stored events, oldest first, for a bounded time; return the number of rooms.

    A failing event affects no other one and is retried a few times.
    """
    until, rooms = time.monotonic() + SECONDS, 0
    waiting = LiveKitEvent.objects.filter(ingested_at=None, failures__lt=MOST_FAILURES)
    _take_egress(waiting.filter(type__in=EGRESS))
    waiting.exclude(type__in=[*TOLD, *EGRESS]).update(ingested_at=timezone.now())
    waiting = waiting.exclude(type__in=EGRESS)
    seen: set[UUID] = set()
    while time.monotonic() < until and (
        batch := list(waiting.exclude(pk__in=seen).select_related("project")[:AT_ONCE])
    ):
        for event in {(event.project_id, event.room_name): event for event in batch}.values():
            rooms += 1
            try:
                settle(event.project, event.room_name)
            except Exception:
                logger.exception("LiveKit event %s could not be ingested.", event.pk)
                LiveKitEvent.objects.filter(pk=event.pk).update(failures=F("failures") + 1)
        seen |= {event.pk for event in batch}
    return rooms


def _take_egress(waiting: QuerySet[LiveKitEvent]) -> None:
    """Update recordings from LiveKit's egress events, oldest first."""
    for event in waiting.select_related("project")[:AT_ONCE]:
        try:
            told = ParseDict(event.payload, WebhookEvent(), ignore_unknown_fields=True).egress_info
            recording.take(event.project, egress_of(told))
        except Exception:
            logger.exception("LiveKit event %s could not be ingested.", event.pk)
            LiveKitEvent.objects.filter(pk=event.pk).update(failures=F("failures") + 1)
        else:
            LiveKitEvent.objects.filter(pk=event.pk).update(ingested_at=timezone.now())


@transaction.atomic
def settle(project: LiveKitProject, room: str, seen: Iterable[Sighting] = ()) -> Call | None:
    """Update and return the call of a room from its events and the sightings in `seen`; None if it is not our call."""
    rows = list(LiveKitEvent.objects.filter(project=project, room_name=room, type__in=TOLD))
    found = [sighting for row in rows if (sighting := sighting_of(row.payload, row.received_at))]
    story = tell([*found, *seen])
    call = _call_of(project, room, story)
    if call is not None:
        note_ids(call, room, story.ids)
        _follow_agent(call, story)
        _note_rejoined(call, story)
        if call.direction == Direction.INBOUND:
            _follow_caller(call, story)
        else:
            _follow_callee(call, story)
    LiveKitEvent.objects.filter(pk__in=[row.pk for row in rows]).update(ingested_at=timezone.now())
    return call


def _call_of(project: LiveKitProject, room: str, story: Story) -> Call | None:
    """Return and lock the call of a room: an outbound one by its last attempt, an inbound one, or a new one."""
    if not is_ours(room):
        return None
    calls = Call.objects.select_for_update().filter(project=project)
    call = calls.filter(room_name=room).first()
    if call is not None or Attempt.objects.filter(room_name=room).exists():
        return call  # the dispatcher handles earlier attempts
    begun = begin_inbound(project, room, story)
    return calls.get(pk=begun) if begun else None


def _follow_agent(call: Call, story: Story) -> None:
    """Record in the timeline, once, that the agent joined or left."""
    state, at, known_at = AgentState(story.agent), story.agent_at, call.agent_state_at
    if not state or at is None:
        return
    # LiveKit reports whole seconds: the same state is new a second later, and a short stay may end before it began.
    apart = 1 if call.agent_state == state else -1 if call.agent_state == AgentState.JOINED else 0
    if known_at is None or at > known_at + timedelta(seconds=apart):
        note_agent(call, state, at)


def _note_rejoined(call: Call, story: Story) -> None:
    """Record in the timeline, once, that the phone of an answered call came back under a new ID."""
    at = story.rejoined_at
    if at is None or call.answered_at is None or call.status in ENDED:
        return
    if call.phone_rejoined_at is None or call.phone_rejoined_at <= at - timedelta(seconds=2):
        call.phone_rejoined_at = at
        call.save(update_fields=["phone_rejoined_at"])
        note(call, EventType.PHONE_REJOINED, at)


def _follow_caller(call: Call, story: Story) -> None:
    """Update an inbound call: its events decide alone."""
    known = [moment for moment in (story.answered_at, call.answered_at) if moment]
    answered_at = min(known, default=None)  # a sighting after a crash of LiveKit does not undo an answer
    if answered_at is not None and call.status == CallStatus.RINGING:
        limit = answered_at + timedelta(seconds=call.max_duration_seconds)
        advance(call, CallStatus.IN_PROGRESS, answered_at, answered_at=answered_at, leased_until=limit)
    _finish_if_over(call, story, answered_at)


def _follow_callee(call: Call, story: Story) -> None:
    """Update an outbound call. Before the answer its dispatcher decides: events do not report the outcome of a dial."""
    if call.answered_at is None or call.status == CallStatus.QUEUED:
        return
    _finish_if_over(call, story, call.answered_at)


def _finish_if_over(call: Call, story: Story, answered_at: datetime | None) -> None:
    """End a call whose phone or room is gone, or whose transfer target left the caller."""
    ended_at = story.over_at or (story.third_left_at if _handed_over(call, mode=TransferMode.WARM) else None)
    if ended_at is None:
        return
    if answered_at is not None:
        ended_at = max(ended_at, answered_at)  # LiveKit reports whole seconds
    reason = _reason(call, story, answered_at, ended_at)
    status = status_for(reason)
    fields = {"answered_at": answered_at} if answered_at else {}
    if call.status in ENDED:
        correct(call, ended_at, reason, status, **fields)
    elif end(call, ended_at, reason, status, **fields):
        Attempt.objects.filter(call=call, room_name=call.room_name).update(
            ended_at=ended_at, status=AttemptStatus.ENDED
        )
        if story.closed_at is None:
            publish_on_commit("calls.tasks.close_left_over", str(call.pk))


@transaction.atomic
def conclude(call_id: UUID, now: datetime) -> None:
    """End a call whose phone left at an unknown time. `settle` corrects it when a late event arrives."""
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.status in ENDED:
        return
    reason = _asked_or_due(call, call.answered_at, now) or Reason.LOST
    if end(call, now, reason, status_for(reason)):
        Attempt.objects.filter(call=call, room_name=call.room_name).update(ended_at=now, status=AttemptStatus.ENDED)
        publish_on_commit("calls.tasks.close_left_over", str(call.pk))


def _reason(call: Call, story: Story, answered_at: datetime | None, ended_at: datetime) -> Reason:
    """Return why a call ended: the requested reason, the limit, else who left."""
    if reason := _asked_or_due(call, answered_at, ended_at):
        return reason
    if story.disconnect in BROKEN:
        return Reason.CONNECTION_LOST
    if story.left_at is None or story.disconnect in BY_US:
        return Reason.AGENT_HUNG_UP
    if _silent(call, story, answered_at, ended_at):
        return Reason.NO_AUDIO
    return Reason.CALLER_HUNG_UP if call.direction == Direction.INBOUND else Reason.CALLEE_HUNG_UP


def _silent(call: Call, story: Story, answered_at: datetime | None, ended_at: datetime) -> bool:
    """Return whether the SIP service ended the call for lack of audio, which looks like a phone that hangs up.

    It does so 30 s after the answer if no packet arrived; such a phone has no track.
    """
    if story.published or story.disconnect != "CLIENT_INITIATED" or answered_at is None:
        return False
    if not SILENT_FROM <= ended_at - answered_at <= SILENT_UNTIL:
        return False
    return not TranscriptItem.objects.filter(call=call, speaker=Speaker.CALLER).exists()


def _asked_or_due(call: Call, answered_at: datetime | None, ended_at: datetime) -> Reason | None:
    if call.end_requested:
        return Reason(call.end_requested)
    if _handed_over(call):
        return Reason.TRANSFERRED
    if answered_at and ended_at - answered_at >= timedelta(seconds=call.max_duration_seconds) - SLACK:
        return Reason.MAX_DURATION
    return None


def _handed_over(call: Call, **how: TransferMode) -> bool:
    return Transfer.objects.filter(call=call, status=TransferStatus.COMPLETED, **how).exists()
