"""Text of the events in a call's timeline."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from calls.choices import EVENT_COLORS, EventType, Reason
from calls.models import Event
from calls.presentation.sip_codes import sip_words
from calls.presentation.status_text import ending_words
from calls.services.agent_control import Control
from telephony.choices import Fallback

_MODES = {"cold": "cold transfer by the carrier", "warm": "warm transfer"}


def title(event: Event) -> str:
    if event.type == EventType.CALL_QUEUED and event.data.get("reason"):
        return "Back in the queue"
    if event.type == EventType.CONTROL_DONE:
        return Control(event.data["action"]).label
    return EventType(event.type).label


def color(event: Event) -> str:
    """Return the color of the event; empty for a neutral one."""
    if event.type == EventType.TOOL_CALLED and event.data.get("ok") is False:
        return "warning"
    return EVENT_COLORS.get(EventType(event.type), "")


def particulars(event: Event) -> str:
    data: dict[str, Any] = event.data
    said = []
    if event.type == EventType.CALL_DIALING and data.get("to"):
        said.append(f"Number sent to the carrier: {data['to']}.")
    if data.get("revision"):
        said.append(f"The number is pinned to revision {data['revision']} of its agent.")
    if event.type == EventType.TOOL_CALLED:
        said.append(f"{data['tool']}, {data['seconds']} s.")
    if event.type == EventType.KNOWLEDGE_SEARCHED:
        said.append(f"{'; '.join(data['sources']) or 'Nothing found'}. By {data['searchedBy']}, {data['seconds']} s.")
    if event.type in (EventType.ASSISTANT_ANSWERED, EventType.ASSISTANT_FAILED):
        said += list(_answer(data))
    if event.type == EventType.FALLBACK_USED:
        said.append(_fallback(data))
    if event.type in (EventType.CONTROL_REQUESTED, EventType.CONTROL_FAILED):
        said.append(f"{Control(data['action']).name.capitalize()}.")
    if data.get("by"):
        said.append(f"By {data['by']}.")
    if event.type == EventType.TRANSFER_REQUESTED:
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


def _answer(data: dict[str, Any]) -> Iterator[str]:
    """Yield what an endpoint answered."""
    status = f"HTTP {data['httpStatus']}, " if data.get("httpStatus") else ""
    yield f"{status}{data['seconds']} s."
    for name, words in (("variables", "Variables"), ("overrides", "Overrides")):
        if data.get(name):
            yield f"{words}: {', '.join(data[name])}."
    if data.get("agent"):
        yield f"Agent: {data['agent']}."
    if data.get("to"):
        yield f"Transfer to {data['to']}."
    if data.get("refused"):
        yield "The call is refused."


def _fallback(data: dict[str, Any]) -> str:
    """Return what happens instead of the conversation, and why, where a message does not say more."""
    target = data.get("agent") or str(data.get("to", "")).removeprefix("tel:")
    why = f"{_reason(data['reason'])} " if data.get("message") else ""
    return f"{why}{Fallback(data['action']).label.partition(':')[0]}{f': {target}' if target else ''}."


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
