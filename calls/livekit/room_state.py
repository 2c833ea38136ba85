"""State of one room from LiveKit's events. Pure: the order and repetition of events do not matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from google.protobuf.json_format import ParseDict
from livekit.protocol.models import DisconnectReason, ParticipantInfo
from livekit.protocol.webhook import WebhookEvent

# The events that concern a call.
TOLD = frozenset(
    {"participant_joined", "participant_left", "participant_connection_aborted", "track_published", "room_finished"}
)
EGRESS = frozenset({"egress_started", "egress_updated", "egress_ended"})  # of recordings, not part of the room state
CALL_STATUS = "sip.callStatus"
ANSWERED = frozenset({"active", "automation"})
TRANSFER = "transfer"  # identity of the transfer target in the same room
TRANSIENT = frozenset({"DUPLICATE_IDENTITY", "MIGRATION"})  # left but still present


class What(Enum):
    """What was observed of a participant."""

    JOINED = "joined"
    LEFT = "left"
    SPOKE = "published a track"
    SEEN = "is in the room now"
    CLOSED = "the room ended"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation: from a LiveKit event or from listing the room's participants."""

    what: What
    at: datetime
    identity: str = ""
    participant_id: str = ""
    kind: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    joined_at: datetime | None = None
    disconnect: str = ""
    publishes: bool = False  # from listing the room: has a track

    @property
    def is_phone(self) -> bool:
        """Return whether it is the caller or callee, not the transfer target."""
        return self.kind == "sip" and self.identity != TRANSFER


@dataclass(frozen=True, slots=True)
class CallIds:
    """The carrier's Call-ID and LiveKit's own ID; empty until LiveKit reports them."""

    sip: str = ""
    livekit: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Known state of a room. Unknown times are None."""

    phone: Mapping[str, str] | None = None  # the caller's or callee's attributes
    ids: CallIds = CallIds()
    joined_at: datetime | None = None
    rejoined_at: datetime | None = None  # the phone, under a new ID, for example after a crash of LiveKit's server
    answered_at: datetime | None = None
    left_at: datetime | None = None  # the phone, finally
    published: bool = False  # the phone published a track, so audio arrived
    disconnect: str = ""
    left_status: str = ""  # its last `sip.callStatus`
    agent: str = ""  # the agent: joined, left or empty
    agent_at: datetime | None = None
    third_left_at: datetime | None = None  # the transfer target
    closed_at: datetime | None = None

    @property
    def over_at(self) -> datetime | None:
        return self.left_at or self.closed_at


def sighting_of(payload: Mapping[str, Any], received_at: datetime) -> Sighting | None:
    """Parse a stored event; None if it does not concern a call."""
    event = ParseDict(dict(payload), WebhookEvent(), ignore_unknown_fields=True)
    what = {
        "participant_joined": What.JOINED,
        "participant_left": What.LEFT,
        "participant_connection_aborted": What.LEFT,
        "track_published": What.SPOKE,
        "room_finished": What.CLOSED,
    }.get(event.event)
    if what is None:
        return None
    at = _moment(event.created_at, received_at)
    if what is What.CLOSED:
        return Sighting(what, at)
    who = event.participant
    joined = datetime.fromtimestamp(who.joined_at_ms / 1000, UTC) if who.joined_at_ms else None
    return Sighting(
        what,
        joined or at if what is What.JOINED else at,
        who.identity,
        who.sid,
        ParticipantInfo.Kind.Name(who.kind).lower(),
        dict(who.attributes),
        joined,
        DisconnectReason.Name(who.disconnect_reason),
    )


def _moment(created_at: int, received_at: datetime) -> datetime:
    """Return an event's time. LiveKit reports whole seconds; a prompt arrival narrows it down."""
    if not created_at:
        return received_at
    second = datetime.fromtimestamp(created_at, UTC)
    return received_at if timedelta(0) <= received_at - second < timedelta(seconds=1) else second


def tell(sightings: Iterable[Sighting]) -> Story:
    seen = sorted(sightings, key=lambda one: (one.at, one.what.value, one.participant_id))
    phones = [one for one in seen if one.is_phone]
    agents = [one for one in seen if one.kind == "agent"]
    left_at, disconnect = _left(phones)
    last_agent = _last(agents)
    return Story(
        phone=next((one.attributes for one in phones if one.attributes), {}) if phones else None,
        ids=CallIds(_told(phones, "sip.callIDFull"), _told(phones, "sip.callID")),
        joined_at=min((one.joined_at or one.at for one in phones), default=None),
        rejoined_at=_rejoined(phones),
        answered_at=_answered(phones, agents, seen),
        left_at=left_at,
        published=_published(phones, seen),
        disconnect=disconnect,
        left_status=next(
            (one.attributes.get(CALL_STATUS, "") for one in reversed(phones) if one.what is What.LEFT), ""
        ),
        agent=last_agent[0],
        agent_at=last_agent[1],
        third_left_at=_left([one for one in seen if one.identity == TRANSFER])[0],
        closed_at=max((one.at for one in seen if one.what is What.CLOSED), default=None),
    )


def _sessions(people: list[Sighting]) -> dict[str, list[Sighting]]:
    """Return the newest session of each identity: older ones have ended, even without an event."""
    begun: dict[tuple[str, str], datetime] = {}
    for one in people:
        key, at = (one.identity, one.participant_id), one.joined_at or one.at
        begun[key] = min(begun.get(key, at), at)
    newest = {identity: pid for (identity, pid), _ in sorted(begun.items(), key=lambda item: (item[1], item[0]))}
    return {
        identity: [one for one in people if (one.identity, one.participant_id) == (identity, pid)]
        for identity, pid in newest.items()
    }


def _told(phones: list[Sighting], name: str) -> str:
    """Return the first reported value of an attribute: after a server crash a phone returns without some of them."""
    return next((value for one in phones if (value := one.attributes.get(name, ""))), "")


def _left(people: list[Sighting]) -> tuple[datetime | None, str]:
    """Return when the last of these finally left and why, (None, "") while one is present.

    Someone who left transiently is still present; then another one's leaving counts.
    """
    leaving = [one for one in people if one.what is What.LEFT]
    gone = {one.participant_id for one in leaving}
    final = [one for one in leaving if one.disconnect not in TRANSIENT]
    here = [session for session in _sessions(people).values() if session[0].participant_id not in gone]
    if not final or here:
        return None, ""
    last = max(final, key=lambda one: (one.at, one.participant_id))
    return last.at, last.disconnect


def _rejoined(phones: list[Sighting]) -> datetime | None:
    """Return when a phone came back under a new ID."""
    first: dict[str, str] = {}
    for one in phones:
        first.setdefault(one.identity, one.participant_id)
    back = [
        session[0].joined_at or session[0].at
        for identity, session in _sessions(phones).items()
        if session[0].participant_id != first[identity]
    ]
    return max(back, default=None)


def _published(phones: list[Sighting], seen: list[Sighting]) -> bool:
    """Return whether the phone sent audio; LiveKit's track event does not include the kind of participant."""
    names = {one.identity for one in phones}
    return any(one.identity in names and (one.what is What.SPOKE or one.publishes) for one in seen)


def _last(agents: list[Sighting]) -> tuple[str, datetime | None]:
    """Return what the latest agent did, and when. An agent that crashed with LiveKit's server never leaves."""
    sessions = sorted(_sessions(agents).values(), key=lambda session: session[0].joined_at or session[0].at)
    if not sessions:
        return "", None
    left_at, _ = _left(sessions[-1])
    if left_at is not None:
        return "left", left_at
    return "joined", min(one.joined_at or one.at for one in sessions[-1])


def _answered(phones: list[Sighting], agents: list[Sighting], seen: list[Sighting]) -> datetime | None:
    """Return when the phone was answered.

    No event reports it. A phone that joined as answered was answered then; otherwise when it was first seen as
    answered, or when the agent became audible: the SIP service answers an inbound call once it has a track to play.
    """
    active = [one for one in phones if one.attributes.get(CALL_STATUS) in ANSWERED]
    on_joining = [one.at for one in active if one.what is What.JOINED]
    if on_joining:
        return min(on_joining)
    names = {one.identity for one in agents}
    heard = [one.at for one in seen if one.what is What.SPOKE and one.identity in names]
    noticed = [one.at for one in active if one.what is What.SEEN] + heard
    joined = min((one.joined_at or one.at for one in phones), default=None)
    if joined is not None and noticed:
        return max(joined, min(noticed))
    return joined if active else None
