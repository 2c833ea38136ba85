"""Text of the events in a call's timeline."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from calls.choices import Reason
from calls.models import Event
from calls.presentation.sip_codes import sip_words
from calls.presentation.status_text import ending_words

_WORDS = {
    "call.queued": "Queued",
    "call.put_off": "Postponed",
    "call.dialing": "Dialing",
    "call.ringing": "Ringing",
    "call.in_progress": "Answered",
    "call.completed": "Completed",
    "call.busy": "Ended: busy",
    "call.no_answer": "Ended: no answer",
    "call.failed": "Ended: failed",
    "call.canceled": "Canceled",
    "call.end_requested": "Hang-up requested",
    "call.corrected": "Corrected by a later report",
    "call.refused": "Refused",
    "call.no_agent": "No agent available",
    "agent.joined": "Agent joined",
    "agent.left": "Agent left",
    "agent.absent": "No agent joined: requested again",
    "attempt.failed": "Attempt failed",
    "tool.called": "Agent called a tool",
    "transfer.requested": "Transfer requested",
    "transfer.completed": "Transferred",
    "transfer.failed": "Transfer failed",
    "transfer.unknown": "Transfer outcome unknown",
    "digits.requested": "DTMF requested",
    "digits.sent": "DTMF sent",
    "recording.requested": "Recording requested",
    "recording.started": "Recording started",
    "recording.stopped": "Recording stopped",
    "recording.resumed": "Recording resumed",
    "recording.saved": "Recording saved",
    "recording.failed": "Recording failed",
}
_COLOURS = {
    "call.refused": "danger",
    "call.in_progress": "success",
    "call.completed": "success",
    "call.failed": "danger",
    "call.no_agent": "warning",
    "attempt.failed": "warning",
    "call.busy": "warning",
    "call.no_answer": "warning",
    "call.put_off": "warning",
    "agent.absent": "warning",
    "recording.failed": "warning",
    "transfer.completed": "success",
    "transfer.failed": "warning",
    "transfer.unknown": "warning",
}
_MODES = {"cold": "cold transfer by the carrier", "warm": "warm transfer"}


def title(event: Event) -> str:
    """Return a short title of the event."""
    if event.type == "call.queued" and event.data.get("reason"):
        return "Back in the queue"
    return _WORDS.get(event.type) or event.type.replace(".", " ").replace("_", " ").capitalize()


def colour(event: Event) -> str:
    """Return the color of the event; empty for a neutral one."""
    if event.type == "tool.called" and event.data.get("ok") is False:
        return "warning"
    return _COLOURS.get(event.type, "")


def particulars(event: Event) -> str:
    """Return the details of the event."""
    data: dict[str, Any] = event.data
    said = []
    if event.type == "call.dialing" and data.get("to"):
        said.append(f"Number sent to the carrier: {data['to']}.")
    if event.type == "tool.called":
        said.append(f"{data['tool']}, {data['seconds']} s.")
    if event.type == "transfer.requested":
        to = str(data.get("to", "")).removeprefix("tel:")
        said.append(f"To {to}, {_MODES.get(str(data.get('mode')), '')}".rstrip(", ") + ".")
    if "count" in data:
        said.append(f"{data['count']} digits." if data["count"] else "")
    said.append(str(data.get("message") or "") or _reason(data.get("reason")))
    code = data.get("sipStatusCode")
    if code:
        said.append(f"{_sentence(sip_words(int(code)))}")
    elif data.get("sipStatus"):
        said[-1] = _sentence(ending_words(str(data.get("reason") or ""), None, str(data["sipStatus"])))
    return " ".join(part for part in said if part)


def until(event: Event) -> datetime | None:
    """Return when the call is tried next, if the event has it."""
    value = event.data.get("until")
    return parse_datetime(value) if isinstance(value, str) else None


def _reason(code: Any) -> str:
    if not code:
        return ""
    return _sentence(str(Reason(code).label)) if code in Reason.values else str(code)


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."
