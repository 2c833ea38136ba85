"""Lines of a call's timeline in words."""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from calls.choices import Reason
from calls.models import Event
from calls.presentation.sip_codes import sip_words
from calls.presentation.status_text import ending_words

_WORDS = {
    "call.queued": "Queued",
    "call.put_off": "Put off",
    "call.dialing": "Dialling",
    "call.ringing": "The phone rings",
    "call.in_progress": "Answered",
    "call.completed": "Completed",
    "call.busy": "Ended: busy",
    "call.no_answer": "Ended: no answer",
    "call.failed": "Ended: failed",
    "call.canceled": "Cancelled",
    "call.end_requested": "Hanging up",
    "call.corrected": "Corrected by a later report",
    "call.refused": "Why it was not dialled",
    "call.no_agent": "No agent to answer",
    "agent.joined": "The agent joined",
    "agent.left": "The agent left",
    "agent.absent": "No agent joined: one is asked for once more",
    "attempt.failed": "This dial did not succeed",
    "tool.called": "The agent used a tool",
    "transfer.requested": "To be handed over",
    "transfer.completed": "Handed over",
    "transfer.failed": "Not handed over",
    "transfer.unknown": "Nobody knows whether it was handed over",
    "digits.requested": "Keys are to be pressed",
    "digits.sent": "Keys were pressed",
    "recording.requested": "To be recorded",
    "recording.started": "Recording",
    "recording.stopped": "The recording ended",
    "recording.resumed": "To be recorded again",
    "recording.saved": "The recording is saved",
    "recording.failed": "Not recorded",
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
_MODES = {"cold": "by the carrier, without a word", "warm": "announced by calling them in"}


def title(event: Event) -> str:
    """Return what happened in a word or two."""
    if event.type == "call.queued" and event.data.get("reason"):
        return "Back in the queue"
    return _WORDS.get(event.type) or event.type.replace(".", " ").replace("_", " ").capitalize()


def colour(event: Event) -> str:
    """Return the colour of a line; empty for those that are neither good nor bad."""
    if event.type == "tool.called" and event.data.get("ok") is False:
        return "warning"
    return _COLOURS.get(event.type, "")


def particulars(event: Event) -> str:
    """Return the particulars that a person wants."""
    data: dict[str, Any] = event.data
    said = []
    if event.type == "call.dialing" and data.get("to"):
        said.append(f"The carrier is sent {data['to']}.")
    if event.type == "tool.called":
        said.append(f"{data['tool']}, {data['seconds']} s.")
    if event.type == "transfer.requested":
        to = str(data.get("to", "")).removeprefix("tel:")
        said.append(f"To {to}, {_MODES.get(str(data.get('mode')), '')}".rstrip(", ") + ".")
    if "count" in data:
        said.append(f"{data['count']} of them." if data["count"] else "")
    said.append(str(data.get("message") or "") or _reason(data.get("reason")))
    code = data.get("sipStatusCode")
    if code:
        said.append(f"{_sentence(sip_words(int(code)))}")
    elif data.get("sipStatus"):
        said[-1] = _sentence(ending_words(str(data.get("reason") or ""), None, str(data["sipStatus"])))
    return " ".join(part for part in said if part)


def until(event: Event) -> datetime | None:
    """Return when the call is looked at again, where the line tells it."""
    value = event.data.get("until")
    return parse_datetime(value) if isinstance(value, str) else None


def _reason(code: Any) -> str:
    if not code:
        return ""
    return _sentence(str(Reason(code).label)) if code in Reason.values else str(code)


def _sentence(words: str) -> str:
    return words if words.endswith(".") else f"{words}."
