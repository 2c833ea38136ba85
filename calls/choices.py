"""The words of calls, with their states drawn."""

from django.db import models


class Direction(models.TextChoices):
    """Who called."""

    OUTBOUND = "outbound", "Outbound"
    INBOUND = "inbound", "Inbound"


class CallStatus(models.TextChoices):
    """What a call is doing. An inbound call starts at ringing.

    queued -> dialing -> ringing -> in_progress -> completed
      ^          |          |            +-> failed
      +--later---+----------+-> busy | no_answer | failed | canceled
    """

    QUEUED = "queued", "Queued"
    DIALING = "dialing", "Dialling"
    RINGING = "ringing", "Ringing"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    BUSY = "busy", "Busy"
    NO_ANSWER = "no_answer", "No answer"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Cancelled"


LIVE = frozenset({CallStatus.DIALING, CallStatus.RINGING, CallStatus.IN_PROGRESS})
ENDED = frozenset({CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.CANCELED})


class Speaker(models.TextChoices):
    """Who said something."""

    AGENT = "agent", "Agent"
    CALLER = "caller", "Caller"


class AnalysisStatus(models.TextChoices):
    """pending -> done | failed; back to pending, due later, where the language model gave no usable answer."""

    PENDING = "pending", "Not done yet"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class RecordingStatus(models.TextChoices):
    """starting -> recording -> saved | failed"""

    STARTING = "starting", "Starting"
    RECORDING = "recording", "Recording"
    SAVED = "saved", "Saved"
    FAILED = "failed", "Failed"


class AttemptStatus(models.TextChoices):
    """One dial. It is recorded as dialing before LiveKit is called.

    dialing -> ringing -> answered -> ended
       |          +-> failed | canceled
       +-> failed | canceled | unknown (LiveKit's answer was lost: its room is looked at, never dialled again)

    An attempt that LiveKit did not take is deleted: nothing was dialled.
    """

    DIALING = "dialing", "Dialling"
    RINGING = "ringing", "Ringing"
    ANSWERED = "answered", "Answered"
    ENDED = "ended", "Ended"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"
    UNKNOWN = "unknown", "Outcome unknown"


class ListedBy(models.TextChoices):
    """How a number came on the do-not-call list."""

    UNKNOWN = "", "Not recorded"
    PERSON = "person", "By hand"
    FILE = "file", "From a file"
    API = "api", "By API"


class TransferMode(models.TextChoices):
    """How a call is handed over."""

    COLD = "cold", "Cold: the carrier is asked to connect the caller elsewhere"
    WARM = "warm", "Warm: the third party is called into the same room"


class TransferStatus(models.TextChoices):
    """requested -> under_way -> completed | failed | unknown; requested -> failed where no dispatcher takes it."""

    REQUESTED = "requested", "Requested"
    UNDER_WAY = "under_way", "Under way"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Outcome unknown"


OPEN_TRANSFERS = frozenset({TransferStatus.REQUESTED, TransferStatus.UNDER_WAY})


class ToolRunStatus(models.TextChoices):
    """requested -> under_way -> done; requested -> done where no background worker takes it in time."""

    REQUESTED = "requested", "Requested"
    UNDER_WAY = "under_way", "Under way"
    DONE = "done", "Done"


class Reason(models.TextChoices):
    """Why a call ended, waits or was refused: the code programs read, with the words people read."""

    NONE = "", ""
    CALLEE_HUNG_UP = "callee_hung_up", "The callee hung up"
    CALLER_HUNG_UP = "caller_hung_up", "The caller hung up"
    AGENT_HUNG_UP = "agent_hung_up", "The agent ended the call"
    HUNG_UP = "hung_up", "Ended on request"
    TRANSFERRED = "transferred", "Handed over to another number"
    CANCELED = "canceled", "Cancelled before it was answered"
    MAX_DURATION = "max_duration", "The longest duration was reached"
    BUSY = "busy", "The callee is busy"
    NO_ANSWER = "no_answer", "Nobody answered"
    UNAVAILABLE = "unavailable", "The callee cannot be reached at the moment"
    DECLINED = "declined", "The callee declined"
    NOT_FOUND = "not_found", "The number does not exist"
    FORBIDDEN = "forbidden", "The carrier refuses the call"
    CARRIER_AUTH = "carrier_auth", "The carrier refuses the trunk's credentials"
    CARRIER_LIMIT = "carrier_limit", "The carrier's limit of calls was reached"
    GATEWAY_ERROR = "gateway_error", "The carrier's gateway failed"
    GATEWAY_UNREACHABLE = "gateway_unreachable", "The carrier's gateway cannot be reached"
    MEDIA_REFUSED = "media_refused", "The gateway and LiveKit do not agree on a codec or on encryption"
    REDIRECTED = "redirected", "The carrier points the call to another address, which LiveKit does not follow"
    NO_CREDIT = "no_credit", "The account at the carrier has no credit"
    CALLER_ID_REFUSED = "caller_id_refused", "The carrier does not accept the caller ID"
    NOT_SUPPORTED = "not_supported", "The gateway cannot carry the call as it was asked"
    OUTCOME_UNKNOWN = "outcome_unknown", "What became of the dial could not be found out; a person decides"
    LIVEKIT_REFUSED = "livekit_refused", "LiveKit refused the dial"
    LIVEKIT_UNAVAILABLE = "livekit_unavailable", "LiveKit takes no calls at the moment"
    NOT_CONFIGURED = "telephony_not_configured", "Telephony is not configured"
    NO_TRUNK = "no_trunk", "No active trunk may place this call"
    NO_AGENT = "no_agent", "No agent is set to take this call"
    AGENT_ABSENT = "agent_absent", "No agent worker joined in time"
    WORKER_LOST = "worker_lost", "The agent worker went away in mid-call"
    PROVIDER_FAILED = "provider_failed", "The AI provider failed"
    SILENCE = "silence", "The caller said nothing"
    VOICEMAIL = "voicemail", "A voicemail answered"
    CALLER_ID = "caller_id_not_verified", "The caller ID is no number of the workspace on an active trunk"
    COUNTRY = "country_not_allowed", "Calls to this country are not allowed"
    PREMIUM = "premium_number", "Calls to premium-rate numbers are not allowed"
    UNKNOWN_NUMBER = "unknown_number", "No numbering plan has this number"
    DO_NOT_CALL = "do_not_call", "The number is on the do-not-call list"
    CALLING_HOURS = "outside_calling_hours", "It is outside the calling hours"
    CALLEE_ATTEMPTS = "callee_attempts_per_day", "The callee was called often enough today"
    RATE = "calls_per_second", "The limit of calls per second is reached"
    CONCURRENCY = "concurrency", "The limit of simultaneous calls is reached"
    LAPSED = "lapsed", "It was not dialed by its latest time"
    SPEND = "spend_limit", "The day's spend limit is reached"
    CONNECTION_LOST = "connection_lost", "The connection to the phone broke"
    NO_AUDIO = "no_audio", "No audio arrived from the phone"
    LOST = "lost", "The end of the call was not reported; its lease ran out"
    WORKSPACE_CLOSED = "workspace_closed", "The workspace was closed"


# What ends a dial before the callee's phone rang.
BEFORE_RINGING = frozenset(
    {
        Reason.CALLER_ID_REFUSED,
        Reason.CARRIER_AUTH,
        Reason.CARRIER_LIMIT,
        Reason.GATEWAY_ERROR,
        Reason.GATEWAY_UNREACHABLE,
        Reason.LIVEKIT_REFUSED,
        Reason.LIVEKIT_UNAVAILABLE,
        Reason.MEDIA_REFUSED,
        Reason.NO_CREDIT,
        Reason.NO_TRUNK,
        Reason.NOT_SUPPORTED,
        Reason.REDIRECTED,
    }
)
# What ends an answered call as failed: it was up, and nobody or nothing spoke with the other end.
FAULTS = frozenset({Reason.NO_AGENT, Reason.AGENT_ABSENT, Reason.WORKER_LOST, Reason.PROVIDER_FAILED})
