"""Where a call stands and why, in sentences: what happened, the reason, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from calls.choices import ENDED, CallStatus, Direction, Reason
from calls.models import Attempt, Call
from calls.presentation.sip_codes import sip_name, sip_words
from telephony.livekit.dial_failures import media_words, unreachable_cause

OVERDUE = timedelta(seconds=30)  # a dispatcher takes a due call within a second
COLOURS = {
    CallStatus.QUEUED: "info",
    CallStatus.DIALING: "primary",
    CallStatus.RINGING: "primary",
    CallStatus.IN_PROGRESS: "primary",
    CallStatus.COMPLETED: "success",
    CallStatus.BUSY: "warning",
    CallStatus.NO_ANSWER: "warning",
    CallStatus.FAILED: "danger",
    CallStatus.CANCELED: "default",
}

_LATER = "Place the call again at another time."
_SETTINGS = "An admin of the workspace may change that in the telephony settings."
NEXT_STEPS: dict[Reason, str] = {
    Reason.BUSY: _LATER,
    Reason.NO_ANSWER: _LATER,
    Reason.UNAVAILABLE: _LATER,
    Reason.DECLINED: "Do not call again unless they ask for it; put the number on the do-not-call list if they wish.",
    Reason.NOT_FOUND: "Check the number called.",
    Reason.FORBIDDEN: "Check at the carrier that this destination and this caller ID are allowed, and the credit.",
    Reason.CARRIER_AUTH: "Check the username and password of the trunk: the carrier refuses them, or they are missing.",
    Reason.CARRIER_LIMIT: "Lower the trunk's calls per second or simultaneous calls, or ask the carrier for more.",
    Reason.GATEWAY_ERROR: "Add a second gateway to the trunk, or ask the carrier what is wrong with this one.",
    Reason.GATEWAY_UNREACHABLE: "Check the gateway's host, port and protocol, and the firewall between LiveKit and it.",
    Reason.MEDIA_REFUSED: "Compare the trunk's media encryption with the carrier's, and ask the carrier for the codecs "
    "G.711 or Opus.",
    Reason.REDIRECTED: "Ask the carrier for the address that it points to, and set it as the trunk's gateway.",
    Reason.NO_CREDIT: "Top up the account at the carrier.",
    Reason.CALLER_ID_REFUSED: "Have the carrier verify the caller ID, or call from another number.",
    Reason.NOT_SUPPORTED: "Look up the SIP code and what the carrier says with it, or try another gateway.",
    Reason.OUTCOME_UNKNOWN: "Voxa does not dial again by itself, as the callee may have been reached: you decide.",
    Reason.LIVEKIT_REFUSED: "Look at what LiveKit says of the attempt, and correct it on the trunk.",
    Reason.LIVEKIT_UNAVAILABLE: "Check that LiveKit and its SIP service run. Calls that wait are dialled when they do.",
    Reason.NOT_CONFIGURED: "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, then restart Voxa.",
    Reason.NO_TRUNK: "Provision the trunk, or give it a gateway for outbound calls.",
    Reason.NO_AGENT: "Give the number an agent, or make an active agent for inbound calls.",
    Reason.AGENT_ABSENT: "Check that the agent worker runs: manage.py agent_worker.",
    Reason.WORKER_LOST: "Look into the log of the agent worker.",
    Reason.PROVIDER_FAILED: "Check the agent's provider, its key and its credit.",
    Reason.LAPSED: "Place it again with a later time, or see why calls wait: policies, limits, dispatchers.",
    Reason.CALLER_ID: "Call from a number of the workspace that is on an active trunk.",
    Reason.COUNTRY: f"Allow the country first. {_SETTINGS}",
    Reason.PREMIUM: f"Allow premium numbers first. {_SETTINGS}",
    Reason.UNKNOWN_NUMBER: f"Check the number, or allow unknown numbers. {_SETTINGS}",
    Reason.DO_NOT_CALL: "Take the number off the do-not-call list only if they asked to be called.",
    Reason.CALLING_HOURS: f"Place it within the calling hours. {_SETTINGS}",
    Reason.CALLEE_ATTEMPTS: f"Place it another day. {_SETTINGS}",
    Reason.SPEND: f"Raise the daily limit, or wait for tomorrow. {_SETTINGS}",
    Reason.NO_AUDIO: (
        "LiveKit ends a call from which no audio arrives for 30 s. Open the media ports (UDP) of the SIP service's "
        "host in firewall and NAT, let it announce its public address, and check the carrier's media settings."
    ),
    Reason.LOST: "LiveKit's webhooks may not arrive: check that they are sent to /livekit/webhook.",
}


CAUSES = (Reason.GATEWAY_UNREACHABLE, Reason.GATEWAY_ERROR, Reason.MEDIA_REFUSED, Reason.CARRIER_AUTH)


@dataclass(frozen=True)
class Explanation:
    """Where a call stands: a headline, why, and the next step."""

    status: CallStatus
    headline: str
    reason: str = ""
    remedy: str = ""

    @property
    def label(self) -> str:
        """Return the status in words."""
        return str(self.status.label)

    @property
    def colour(self) -> str:
        """Return the colour of the status."""
        return COLOURS[self.status]


def explain(call: Call, now: datetime, zone: ZoneInfo) -> Explanation:
    """Return where a call stands. Reads `call.project` alone."""
    status = CallStatus(call.status)
    if status in ENDED:
        return _ended(call, status)
    if call.end_requested:
        return Explanation(status, "It is being hung up.")
    if status is CallStatus.QUEUED:
        return _queued(call, status, now, zone)
    since = call.answered_at if status is CallStatus.IN_PROGRESS else call.started_at
    for_how_long = f" for {duration(round((now - since).total_seconds()))}" if since else ""
    if status is CallStatus.IN_PROGRESS:
        return Explanation(status, f"They have been talking{for_how_long}.")
    if status is CallStatus.RINGING:
        whose = "The callee's phone" if call.direction == Direction.OUTBOUND else "It"
        return Explanation(status, f"{whose} rings.", "" if call.agent_id else "No agent is set to answer it.")
    return Explanation(status, "It is being dialled.")


def _queued(call: Call, status: CallStatus, now: datetime, zone: ZoneInfo) -> Explanation:
    why = reason_words(call)
    if not call.project.is_configured:
        return Explanation(status, "It waits: telephony is not configured.", "", NEXT_STEPS[Reason.NOT_CONFIGURED])
    if call.due_at and call.due_at > now:
        when = f"{call.due_at.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}"
        again = "again " if call.attempts_made else ""
        return Explanation(status, f"It waits and is dialled {again}at {when}.", why)
    if call.due_at and now - call.due_at > OVERDUE and not why:
        late = duration(round((now - call.due_at).total_seconds()))
        return Explanation(
            status, f"It should have been dialled {late} ago.", "No dispatcher took it.",
            "Check that one runs: manage.py dispatch_calls.",
        )  # fmt: skip
    if call.reason == Reason.LIVEKIT_UNAVAILABLE:
        why = call.project.sip_error or call.project.last_error or why
        return Explanation(status, "It waits until LiveKit takes calls again.", why, NEXT_STEPS[Reason(call.reason)])
    return Explanation(status, "It is dialled as soon as there is room for it.", why)


def _ended(call: Call, status: CallStatus) -> Explanation:
    reason = Reason(call.reason) if call.reason in Reason.values else Reason.NONE
    why = reason_words(call)
    if status is CallStatus.COMPLETED and reason is Reason.NO_AUDIO:
        lasted = duration(call.duration_seconds or 0)
        return Explanation(status, f"It was up for {lasted} without a sound from the phone.", why, NEXT_STEPS[reason])
    if status is CallStatus.COMPLETED:
        return Explanation(status, f"They talked for {duration(call.duration_seconds or 0)}.", why)
    if status is CallStatus.CANCELED:
        return Explanation(status, "It was called off.", why)
    dialled = call.attempts_made or call.direction == Direction.INBOUND
    headline = why or "It ended, and nothing told why."
    headline = headline if dialled else f"Not dialled: {headline}"
    return Explanation(status, headline, _cause(call, reason), NEXT_STEPS.get(reason, ""))


def _cause(call: Call, reason: Reason) -> str:
    """Return what of the last dial went wrong, where the reason has several causes."""
    if reason not in CAUSES or call.sip_status_code is not None:
        return ""
    last = call.attempts.order_by("number").last()
    return ending_words(last.reason, last.sip_status_code, last.sip_status) if last is not None else ""


def attempt_words(attempt: Attempt) -> str:
    """Return how a dial ended, in words, with LiveKit's own text for whoever looks it up."""
    return ending_words(attempt.reason, attempt.sip_status_code, attempt.sip_status)


def ending_words(reason: str, code: int | None, text: str) -> str:
    """Return how a dial ended, by its SIP code or by LiveKit's text where there is none."""
    if code is not None:
        return sip_words(code)
    words = ""
    if reason == Reason.GATEWAY_UNREACHABLE:
        words = f"The gateway {unreachable_cause(text) or 'could not be reached'}."
    elif reason == Reason.MEDIA_REFUSED:
        words = media_words(text)
    elif reason in Reason.values and reason not in (Reason.NONE, Reason.LIVEKIT_REFUSED, Reason.OUTCOME_UNKNOWN):
        words = f"{Reason(reason).label}."
    return f"{words} LiveKit says: {text}".strip() if words and text else words or text


def reason_words(call: Call) -> str:
    """Return the reason as a sentence, with what the carrier answered."""
    reason = str(Reason(call.reason).label) if call.reason in Reason.values else call.reason
    code = call.sip_status_code
    if reason and code is not None and code >= 300:
        return f"{reason}: the carrier answered {sip_name(code)}."
    return f"{reason}." if reason else ""


def duration(seconds: int) -> str:
    """Write a duration, such as `1 min 12 s`."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    said = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(said[:2]) or "0 s"
