"""Context of the call page: status text, timeline, attempts, transcript."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from calls.admin import lines
from calls.admin.after import after_of
from calls.admin.placing import AGAIN
from calls.choices import ENDED, AttemptStatus, CallStatus, Direction, EventType, Speaker
from calls.models import Attempt, Call, Conversation, Event, TranscriptItem
from calls.presentation.sources import with_sources
from calls.presentation.status_text import attempt_words, duration, explain
from calls.services.agent_control import Control
from telephony.models import TelephonySettings

MOST_LINES = 300
MOST_ATTEMPTS = 50
MOST_TURNS = 300
_MEASURES = {
    "firstWordSeconds": _("Time to first word"),
    "turnSecondsMedian": _("Median response latency"),
    "turnSecondsLongest": _("Maximum response latency"),
}
_ATTEMPT_COLORS = {
    AttemptStatus.DIALING: "primary",
    AttemptStatus.RINGING: "primary",
    AttemptStatus.ANSWERED: "success",
    AttemptStatus.ENDED: "success",
    AttemptStatus.FAILED: "warning",
    AttemptStatus.UNKNOWN: "danger",
}


@dataclass(frozen=True)
class Line:
    event: Event
    title: str
    color: str
    words: str
    until: Any


@dataclass(frozen=True)
class Dial:
    attempt: Attempt
    color: str
    sip: str
    way: str
    talked: str


@dataclass(frozen=True)
class Turn:
    """One turn; `at` and `until` are seconds since 1970, for the player."""

    item: TranscriptItem
    latency: str
    at: float
    until: float


def panel_of(call: Call, *, may_work: bool, may_inspect: bool = False) -> dict[str, Any]:
    """Return the panel's template context. Reads the timeline, the attempts and, once answered, the transcript."""
    zone = ZoneInfo(call.workspace.time_zone)
    events = list(Event.objects.filter(call=call).order_by("at", "id")[:MOST_LINES])
    searches = [event for event in events if event.type == EventType.KNOWLEDGE_SEARCHED]
    attempts = call.attempts.select_related("trunk", "gateway").defer("trunk__auth_password").order_by("number")
    after = after_of(call)
    ended = call.status in ENDED and not after.get("analysis_waits")
    outbound = call.direction == Direction.OUTBOUND
    talks = call.status == CallStatus.IN_PROGRESS and not call.end_requested
    return {
        **after,
        "call": call,
        "zone": zone,
        "status_text": explain(call, timezone.now(), zone),
        "lines": [_line(event) for event in events],
        "dials": [_dial(attempt) for attempt in attempts[:MOST_ATTEMPTS]],
        "said": turns(
            with_sources(TranscriptItem.objects.filter(call=call)[:MOST_TURNS] if call.answered_at else [], searches)
        ),
        "measures": _measures(call) if call.answered_at else [],
        "cost": _cost(call),
        "may_inspect": may_inspect,
        "talked": duration(call.duration_seconds) if call.duration_seconds else "",
        "poll_seconds": 0 if ended else 10 if _waits_long(call) else 2,
        "call_again": _again(call) if may_work and call.status in ENDED and outbound else "",
        "may_dial": may_work and call.status == CallStatus.QUEUED,
        "may_cancel": may_work and outbound and call.status in _CANCELABLE and not call.end_requested,
        "may_hang_up": may_work and _may_hang_up(call) and not call.end_requested,
        "may_operate": may_work and talks,
        "may_listen": may_inspect and talks,
        "controls": _controls(events) if may_work and talks else [],
    }


_SWITCHES = (
    ((Control.MUTE, "Mute caller", "mic_off"), (Control.UNMUTE, "Unmute caller", "mic")),
    ((Control.HOLD, "Hold", "pause"), (Control.RESUME, "Resume", "play_arrow")),
)


def _controls(events: Iterable[Event]) -> list[tuple[Control, str, str]]:
    """Return what may be asked of the agent now, with text and icon: the opposite of what it did last."""
    done = [event.data["action"] for event in events if event.type == EventType.CONTROL_DONE]
    last = [next((one for one in reversed(done) if one in (on[0], off[0])), "") for on, off in _SWITCHES]
    return [off if one == on[0] else on for one, (on, off) in zip(last, _SWITCHES, strict=True)]


def turns(items: Iterable[TranscriptItem]) -> list[Turn]:
    """Return the turns, those of the agent with the seconds since the caller had finished."""
    found: list[Turn] = []
    heard: TranscriptItem | None = None  # the caller's last turn that no one answered yet
    for item in items:
        latency = ""
        if item.speaker == Speaker.CALLER:
            heard = item
        elif heard is not None:
            latency = f"{max(0.0, (item.started_at - heard.ended_at).total_seconds()):.1f} s"
            heard = None
        found.append(Turn(item, latency, item.started_at.timestamp(), item.ended_at.timestamp()))
    return found


def _cost(call: Call) -> str:
    """Return the cost of an outbound call's talk time at the workspace's present price; empty without a price."""
    if call.direction != Direction.OUTBOUND or not call.duration_seconds:
        return ""
    settings = TelephonySettings.of(call.workspace_id)
    cost = settings.price_per_minute * call.duration_seconds / 60
    return f"{cost:.4f}".rstrip("0").rstrip(".") + f" {settings.currency}".rstrip() if cost else ""


def _measures(call: Call) -> list[tuple[str, str]]:
    """Return the latency figures of the conversation as label and text."""
    found = Conversation.objects.filter(call=call).first()
    told = (
        [(str(words), f"{found.measures[name]:.1f} s") for name, words in _MEASURES.items() if name in found.measures]
        if found
        else []
    )
    return [*told, (gettext("Worker message"), found.detail)] if found and found.detail else told


_CANCELABLE = (CallStatus.QUEUED, CallStatus.DIALING, CallStatus.RINGING)


def _waits_long(call: Call) -> bool:
    """Return whether nothing will happen in the next minute."""
    return bool(
        call.status == CallStatus.QUEUED and call.due_at and call.due_at - timezone.now() > timedelta(minutes=1)
    )


def _may_hang_up(call: Call) -> bool:
    inbound_rings = call.direction == Direction.INBOUND and call.status == CallStatus.RINGING
    return call.status == CallStatus.IN_PROGRESS or inbound_rings


def _again(call: Call) -> str:
    """Return the URL of the form that places the same call. It has no number, because URLs are logged."""
    query = urlencode({"workspace": call.workspace_id, AGAIN: call.pk})
    return f"{reverse('admin:calls_call_add')}?{query}"


def _line(event: Event) -> Line:
    return Line(event, lines.title(event), lines.color(event), lines.particulars(event), lines.until(event))


def _dial(attempt: Attempt) -> Dial:
    gateway = f"{attempt.gateway.ip_or_domain}:{attempt.gateway.port}" if attempt.gateway else ""
    trunk = attempt.trunk.name if attempt.trunk else gettext("Shared trunk or a deleted one")
    talked = ""
    if attempt.answered_at and attempt.ended_at:
        talked = duration(round((attempt.ended_at - attempt.answered_at).total_seconds()))
    return Dial(
        attempt,
        _ATTEMPT_COLORS[AttemptStatus(attempt.status)],
        attempt_words(attempt),
        f"{trunk}, {gateway}" if gateway else trunk,
        talked,
    )
