"""What people ask of the agent in a live call: speak or note a text, stop hearing the caller, hold.

The worker in the room carries it out and confirms it, which the timeline shows.
"""

import uuid
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone

from agents.choices import AiProvider
from agents.names import CONTROL
from calls.choices import CallStatus, EventType, Reason
from calls.models import Call
from calls.services.agent_of_call import configured
from calls.services.notices import tell_agent
from calls.services.timeline import note_once
from telephony.livekit import LiveKitError, LiveKitNotConfigured
from voxa.core.errors import Conflict, Unavailable

LONGEST_TEXT = 1_000  # characters


class Control(TextChoices):
    """What people ask of the agent in a call, with what the timeline says when it is done."""

    SAY = "say", "Agent spoke a text on request"
    WHISPER = "whisper", "Agent was told something that the caller did not hear"
    MUTE = "mute", "Agent no longer hears the caller"
    UNMUTE = "unmute", "Agent hears the caller again"
    HOLD = "hold", "Caller on hold"
    RESUME = "resume", "Caller off hold"


WITH_TEXT = (Control.SAY, Control.WHISPER)


def control_agent(call: Call, control: Control, by: str, text: str = "") -> None:
    """Request it of the worker in a call; `by` names who asks. What is said is kept in the transcript alone, what is
    whispered nowhere.

    Raise `ValidationError` for `text`, `Conflict` if the call is not in progress, its agent cannot do it or no worker
    is in its room, `Unavailable` if LiveKit is unreachable.
    """
    text = text.replace("\0", "").strip()
    if control in WITH_TEXT and not 0 < len(text) <= LONGEST_TEXT:
        raise ValidationError({"text": f"Enter the text to {control}, at most {LONGEST_TEXT:,} characters."})
    check_in_progress(call)
    if control in WITH_TEXT and call.agent is not None and configured(call).ai_provider == AiProvider.CUSTOM:
        words = "A custom bot alone decides what it says. Put the caller on hold or transfer the call instead."
        raise Conflict(f"cannot_{control}", words)
    request_id = uuid.uuid4()
    note_once(call, EventType.CONTROL_REQUESTED, timezone.now(), request_id, action=control, by=by)
    try:
        told = tell_agent(call, {"id": str(request_id), "action": control, "text": text}, CONTROL)
    except LiveKitError as error:
        raise Unavailable(Reason.LIVEKIT_UNAVAILABLE, f"The agent worker could not be reached: {error}") from None
    if not told:
        note_control(call, request_id, control, done=False)
        words = "No agent worker is in the call's room. Wait until one has joined, or hang up and check the workers."
        raise Conflict("no_worker", words)


def check_in_progress(call: Call) -> None:
    """Raise `Conflict` if the call is not in progress, `Unavailable` without LiveKit settings."""
    if call.status != CallStatus.IN_PROGRESS or call.end_requested:
        words = "The call is not in progress. Try it between its answer and its end; GET /v1/calls?status=in_progress."
        raise Conflict("not_in_progress", words)
    if not call.project.is_configured:
        raise Unavailable(Reason.NOT_CONFIGURED, str(LiveKitNotConfigured()))


def note_control(call: Call, request_id: UUID, control: Control, *, done: bool) -> None:
    """Record, once, whether the agent did what was asked."""
    kind = EventType.CONTROL_DONE if done else EventType.CONTROL_FAILED
    once = uuid.uuid5(request_id, "outcome")
    note_once(call, kind, timezone.now(), once, action=control)
