"""Find the outcome of a dial that LiveKit did not report, from its room and from how the phone left it."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.dialer import attempts, retries
from calls.dialer.outcomes import UNKNOWN, Next, Outcome, outcome_told
from calls.dialer.threads import in_thread
from calls.livekit.room_state import ANSWERED, CALL_STATUS, TOLD, Story, sighting_of, tell
from calls.models import Attempt, Call, LiveKitEvent
from telephony.livekit import LiveKitClient, LiveKitError
from telephony.livekit.rooms import Dialed, Participant, close_room, participants

IDENTITY = "phone"
STATUS = CALL_STATUS
LOOK_EVERY = 1.0  # seconds between checks of the room
SETTLES_IN = timedelta(seconds=5)  # an accepted dial appears in its room within this
TOLD_IN = timedelta(seconds=3)  # the event of a phone that left arrives within this
BLIND_FOR = timedelta(seconds=120)  # LiveKit's maximum outage before the outcome is unknown
LET_IT_RING = "The phone rang until the ringing timeout."
EMPTY = "The room is empty, and no LiveKit event says how the phone left."
HUNG_UP = "hangup"  # the status of a phone that was answered and then hung up
WAS_ANSWERED = replace(UNKNOWN, reason=Reason.NONE)


async def look(call: Call, attempt: Attempt, client: LiveKitClient, ringing: float, *, more_hops: bool) -> bool:
    """Find and record the outcome of a dial; return whether to try the next gateway.

    The attempt itself is never dialed again.
    """
    found = await _Look(call, attempt, client, ringing).outcome()
    if found is WAS_ANSWERED:
        await settle_answered(call, attempt, None, client)
        return False
    return await in_thread(retries.unanswered, call, attempt, found, timezone.now(), more_hops=more_hops)


class _Look:
    """Polls one room until the outcome is known."""

    def __init__(self, call: Call, attempt: Attempt, client: LiveKitClient, ringing: float) -> None:
        self._call, self._attempt, self._client = call, attempt, client
        self._since = attempt.dialed_at or attempt.started_at
        self._rings_until = self._since + timedelta(seconds=ringing) + SETTLES_IN
        self._gone_at: datetime | None = None
        self._rang = attempt.ringing_at is not None

    async def outcome(self) -> Outcome:
        """Return how the dial ended; `WAS_ANSWERED` if it was answered."""
        while True:
            now = timezone.now()
            try:
                phone = phone_of(await self._client.arun(participants(self._attempt.room_name)))
            except LiveKitError as error:
                if now > self._since + BLIND_FOR:
                    return replace(UNKNOWN, sip_status=str(error))
            else:
                if phone is None:
                    gone = await self._absent(now)
                    if gone is not None:
                        return gone
                elif phone.attributes.get(STATUS) in ANSWERED:
                    return WAS_ANSWERED
                else:
                    self._rang = self._rang or phone.attributes.get(STATUS) == "ringing"
                    if now > self._rings_until:
                        await close(self._client, self._attempt.room_name)
                        return Outcome(Reason.NO_ANSWER, CallStatus.NO_ANSWER, Next.LATER, sip_status=LET_IT_RING)
            await asyncio.sleep(LOOK_EVERY)

    async def _absent(self, now: datetime) -> Outcome | None:
        """Return the outcome of a dial whose phone is not in the room; None to wait for LiveKit's events."""
        self._gone_at = self._gone_at or now
        told = await in_thread(told_of, self._call.project_id, self._attempt.room_name)
        if told.left_at is not None:
            if told.left_status in (*ANSWERED, HUNG_UP):
                return WAS_ANSWERED
            rang = self._rang or told.left_status == "ringing"
            known = outcome_told(told.disconnect, told.left_status, rang=rang)
            if known is not None:
                return known
        if now > max(self._since + SETTLES_IN, self._gone_at + TOLD_IN):
            return replace(UNKNOWN, sip_status=EMPTY)
        return None


def told_of(project_id: UUID, room: str) -> Story:
    """Return the state of a room from LiveKit's stored events."""
    rows = LiveKitEvent.objects.filter(project=project_id, room_name=room, type__in=TOLD)
    return tell(found for row in rows if (found := sighting_of(row.payload, row.received_at)))


async def settle_answered(call: Call, attempt: Attempt, dialed: Dialed | None, client: LiveKitClient) -> None:
    """Record that the callee answered, or hang up if the call has ended meanwhile."""
    if not await in_thread(attempts.answered, call, attempt, dialed, timezone.now()):
        await close(client, attempt.room_name)


async def close(client: LiveKitClient, room: str) -> None:
    """Close a room if LiveKit is reachable."""
    with suppress(LiveKitError):
        await client.arun(close_room(room))


def phone_of(people: list[Participant], identity: str = IDENTITY) -> Participant | None:
    """Return the callee, or the phone of another identity, among a room's participants."""
    return next((who for who in people if who.identity == identity), None)
