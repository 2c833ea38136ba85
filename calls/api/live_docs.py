"""OpenAPI descriptions of what people do in a live call."""

from drf_spectacular.utils import OpenApiResponse

from calls.api.docs import CALL, CALL_ID, accepted, operation
from calls.api.serializers import ListenSerializer, SaySerializer, WhisperSerializer
from calls.presentation.schemas import CallSerializer
from voxa.core.api.schema import ErrorSerializer

_CONFIRMED = "The agent worker in the room does it; the timeline event `control.done` or `control.failed` tells. 409 "
_CONFIRMED += "`not_in_progress` if the call is not in progress, `no_worker` if no worker is in the room."
_UNREACHED = {503: OpenApiResponse(ErrorSerializer, description="LiveKit is unreachable.")}
SAY = operation(
    "Calls",
    "calls_say",
    "Say a text",
    "Makes the agent stop and speak a text now. 409 `cannot_say` for a custom bot, which alone decides what it says. "
    + _CONFIRMED,
    CALL,
    sent={"text": "One moment please, a colleague is joining."},
    parameters=[CALL_ID],
    request=SaySerializer,
    responses={202: CallSerializer, **_UNREACHED},
)
WHISPER = operation(
    "Calls",
    "calls_whisper",
    "Whisper to the agent",
    "Tells the agent something that the caller does not hear. It follows it from its next answer on. The text is not "
    "stored. Needs the scope `workspace:admin`. 409 `cannot_whisper` for a custom bot. " + _CONFIRMED,
    CALL,
    sent={"text": "Offer a discount of ten percent."},
    parameters=[CALL_ID],
    request=WhisperSerializer,
    responses={202: CallSerializer, **_UNREACHED},
)
MUTE = accepted(
    "calls_mute", "Mute the caller", f"The agent no longer hears the caller. It may speak. {_CONFIRMED}", _UNREACHED
)
UNMUTE = accepted("calls_unmute", "Unmute the caller", f"The agent hears the caller again. {_CONFIRMED}", _UNREACHED)
HOLD = accepted(
    "calls_hold",
    "Put the caller on hold",
    "The agent stops, stays silent and does not hear the caller, who hears silence; `say` still speaks. The maximum "
    f"duration goes on. {_CONFIRMED}",
    _UNREACHED,
)
RESUME = accepted("calls_resume", "Take the caller off hold", f"The agent goes on. {_CONFIRMED}", _UNREACHED)
LISTEN = operation(
    "Calls",
    "calls_listen",
    "Listen in",
    "Returns a token to hear a call in progress with a LiveKit client: hidden, and without any right to speak or send. "
    "The timeline records it. Needs the scope `workspace:admin`. 409 `not_in_progress` for any other call.",
    {
        "room": "call-7f1de0f5-1",
        "url": "wss://livekit.example.com",
        "token": "eyJhbGciOiJIUzI1NiJ9...",
    },
    parameters=[CALL_ID],
    request=None,
    responses={200: ListenSerializer, **_UNREACHED},
)
