"""Check LiveKit's rooms for what its events did not report: ended calls, unknown callers, absent agents."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from agents.names import AGENT_NAME
from calls.choices import ENDED, AgentState, CallStatus, Direction, Reason
from calls.livekit.closing import close_left_over
from calls.livekit.inbound import is_ours
from calls.livekit.ingest import conclude, settle
from calls.livekit.room_state import TRANSFER, Sighting, What
from calls.models import Attempt, Call
from calls.reception.without_worker import transfer_instead
from calls.services.hangup import ask_for_end
from calls.services.timeline import note_agent
from telephony.choices import AgentAbsent
from telephony.livekit import LiveKitClient, LiveKitError, client_for
from telephony.livekit.rooms import Participant, Room, dispatch_agent, participants, remove_participant, rooms
from telephony.models import LiveKitProject, TelephonySettings
from voxa.core.errors import Conflict

SECONDS = 20.0  # after which a check of a project's rooms starts nothing new
LEFT_OVER = timedelta(seconds=5)  # how long a room may remain after its call's end
TELLS_ITS_ID_WITHIN = timedelta(seconds=30)  # after the answer


def in_rooms() -> QuerySet[Call]:
    """Return the calls that are checked by their rooms: answered ones and ringing callers. Dispatchers watch dials."""
    ringing = Q(status=CallStatus.RINGING, direction=Direction.INBOUND)
    return Call.objects.filter(Q(status=CallStatus.IN_PROGRESS) | ringing)


def watch(project: LiveKitProject) -> None:
    """Compare a project's rooms, listed once, with its calls. Raise `LiveKitError` if LiveKit does not respond.

    Participants are listed only for rooms that look wrong.
    """
    # Calls are read before rooms: a call that is live then has its room when they are listed.
    live = list(in_rooms().filter(project=project))
    client = client_for(project)
    standing = {room.name: room for room in client.run(rooms()) if is_ours(room.name)}
    for call in live:
        if call.room_name not in standing:
            settle(project, call.room_name)
            conclude(call.pk, timezone.now())
    _Look(project, client).into(
        [call for call in live if call.room_name in standing and _looks_wrong(call, standing[call.room_name])]
    )
    unheard = set(standing) - {call.room_name for call in live}
    if unheard:
        _Look(project, client).at_others(unheard)


def _looks_wrong(call: Call, room: Room) -> bool:
    """Return whether a call's room may lack its phone or its agent, which both publish a track.

    A recently answered call is checked for its SIP Call-ID, which no event reports before the end.
    """
    if not call.sip_call_id and call.answered_at and timezone.now() - call.answered_at < TELLS_ITS_ID_WITHIN:
        return True
    return room.people == 0 or room.publishers < 2 or not _has_agent(call) or call.status == CallStatus.RINGING


def _has_agent(call: Call) -> bool:
    """Return whether an agent joined, and the phone did not come back after it."""
    back, at = call.phone_rejoined_at, call.agent_state_at
    return call.agent_state == AgentState.JOINED and (back is None or at is None or back < at)


class _Look:
    """Checks the rooms of one project, one after the other, for a bounded time."""

    def __init__(self, project: LiveKitProject, client: LiveKitClient) -> None:
        self._project, self._client = project, client
        self._until = time.monotonic() + SECONDS

    def into(self, calls: Iterable[Call]) -> None:
        """Update calls from the participants of their rooms."""
        for call in calls:
            if time.monotonic() > self._until:
                return
            people = self._client.run(participants(call.room_name))
            settle(self._project, call.room_name, seen(people))
            call.refresh_from_db()
            if call.status in ENDED:
                continue
            if not any(map(_is_caller, people)):
                conclude(call.pk, timezone.now())
            elif not call.end_requested:
                self._mind_agent(call, people)

    def at_others(self, names: set[str]) -> None:
        """Record callers that no event reported, and close rooms of ended calls."""
        known = Call.objects.filter(project=self._project, room_name__in=names)
        for call in known.filter(status__in=ENDED, ended_at__lt=timezone.now() - LEFT_OVER):
            close_left_over(call.pk)
        names = names - set(known.values_list("room_name", flat=True))
        names -= set(Attempt.objects.filter(room_name__in=names).values_list("room_name", flat=True))
        for name in names:
            if time.monotonic() > self._until:
                return
            settle(self._project, name, seen(self._client.run(participants(name))))

    def _mind_agent(self, call: Call, people: list[Participant]) -> None:
        """Dispatch another agent to a call without one, once, if the workspace allows it; then end the call.

        A ringing caller waits for one too: LiveKit's SIP service answers when the agent's track is there.
        """
        wait = timedelta(seconds=settings.AGENT_WAIT_SECONDS)
        dead = _ghosts(call, people)
        if not wait or any((who.is_agent and who not in dead) or who.identity == TRANSFER for who in people):
            return
        now = timezone.now()
        if call.agent_state == AgentState.JOINED:
            note_agent(call, AgentState.LEFT, now)
            if not _came_back(call, people):
                return
        since = call.agent_state_at or call.answered_at or call.started_at
        once_more = TelephonySettings.of(call.workspace_id).agent_absent == AgentAbsent.RETRY
        crashed = _came_back(call, people)
        asked = call.agent_state == AgentState.ABSENT
        if crashed and once_more and not asked:
            pass  # the agent is certainly dead: dispatch another one immediately
        elif since is None or now - since < (wait / 2 if once_more or crashed else wait):
            return
        if not once_more or asked:
            if not call.had_agent and transfer_instead(call):
                return
            with suppress(Conflict):  # it ended meanwhile
                ask_for_end(call, Reason.WORKER_LOST if call.had_agent else Reason.AGENT_ABSENT)
            return
        note_agent(call, AgentState.ABSENT, now)
        metadata = {"workspace": str(call.workspace_id), "call": str(call.pk)}
        for ghost in dead:
            with suppress(LiveKitError):  # if it were alive, the caller would hear two agents
                self._client.run(remove_participant(call.room_name, ghost.identity))
        with suppress(LiveKitError):  # it changes nothing for the next calls, and the wait goes on
            self._client.run(dispatch_agent(call.room_name, agent_name=AGENT_NAME, metadata=metadata))


def _is_caller(who: Participant) -> bool:
    return who.is_phone and who.identity != TRANSFER


def _came_back(call: Call, people: list[Participant]) -> int:
    """Return when the phone rejoined after the answer, as after a crash of LiveKit's server; 0 if it did not."""
    joined = max((who.joined_at for who in people if _is_caller(who)), default=0)
    rejoined = call.answered_at is not None and joined > call.answered_at.timestamp() + 1
    return joined if rejoined and call.phone_rejoined_at else 0


def _ghosts(call: Call, people: list[Participant]) -> list[Participant]:
    """Return agents that are listed but dead.

    A crash of LiveKit's server ends every session; the phone rejoins within seconds, while the previous agent stays in
    the list. An agent that joined before the phone rejoined is dead.
    """
    back = _came_back(call, people)
    return [who for who in people if who.is_agent and who.joined_at < back]


def seen(people: list[Participant]) -> list[Sighting]:
    now = timezone.now()
    return [
        Sighting(
            What.SEEN,
            now,
            who.identity,
            who.participant_id,
            who.kind,
            who.attributes,
            datetime.fromtimestamp(who.joined_at, UTC) if who.joined_at else None,
            publishes=who.publishes,
        )
        for who in people
    ]
