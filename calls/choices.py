"""Choices of call models: directions, statuses, reasons."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.choices import TransferMode as TransferMode


class Direction(models.TextChoices):
    OUTBOUND = "outbound", _("Outbound")
    INBOUND = "inbound", _("Inbound")


class CallStatus(models.TextChoices):
    """Status of a call. An inbound call starts at ringing.

    queued -> dialing -> ringing -> in_progress -> completed
      ^          |          |            +-> failed
      +--later---+----------+-> busy | no_answer | failed | canceled
    """

    QUEUED = "queued", _("Queued")
    DIALING = "dialing", _("Dialing")
    RINGING = "ringing", _("Ringing")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    BUSY = "busy", _("Busy")
    NO_ANSWER = "no_answer", _("No answer")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


LIVE = frozenset({CallStatus.DIALING, CallStatus.RINGING, CallStatus.IN_PROGRESS})
ENDED = frozenset({CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.CANCELED})


class Speaker(models.TextChoices):
    AGENT = "agent", _("Agent")
    CALLER = "caller", _("Caller")


class AnalysisStatus(models.TextChoices):
    """pending -> done | failed; back to pending, due later, where the language model gave no usable answer."""

    PENDING = "pending", "Pending"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class RecordingStatus(models.TextChoices):
    """starting -> recording -> saved | failed"""

    STARTING = "starting", "Starting"
    RECORDING = "recording", "Recording"
    SAVED = "saved", "Saved"
    FAILED = "failed", "Failed"


class AttemptStatus(models.TextChoices):
    """Status of one dial attempt. It is recorded as dialing before LiveKit is called.

    dialing -> ringing -> answered -> ended
       |          +-> failed | canceled
       +-> failed | canceled | unknown (LiveKit's answer was lost: check its room, never redial)

    An attempt that LiveKit did not accept is deleted: nothing was dialed.
    """

    DIALING = "dialing", "Dialing"
    RINGING = "ringing", "Ringing"
    ANSWERED = "answered", "Answered"
    ENDED = "ended", "Ended"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"
    UNKNOWN = "unknown", "Outcome unknown"


class ListedBy(models.TextChoices):
    """How a number got on the do-not-call list."""

    UNKNOWN = "", "Unknown"
    PERSON = "person", "Manually"
    FILE = "file", "File import"
    API = "api", "API"


class AgentState(models.TextChoices):
    """What the agent did last: joined and left its room, or did not come in time, so that another was dispatched."""

    NONE = "", ""
    JOINED = "joined", "Joined"
    LEFT = "left", "Left"
    ABSENT = "absent", "Absent"


class TransferStatus(models.TextChoices):
    """requested -> under_way -> completed | failed | unknown; requested -> failed when no dispatcher claims it."""

    REQUESTED = "requested", "Requested"
    UNDER_WAY = "under_way", "In progress"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Outcome unknown"


OPEN_TRANSFERS = frozenset({TransferStatus.REQUESTED, TransferStatus.UNDER_WAY})


class ToolRunStatus(models.TextChoices):
    """requested -> under_way -> done; requested -> done where no background worker takes it in time."""

    REQUESTED = "requested", "Requested"
    UNDER_WAY = "under_way", "Under way"
    DONE = "done", "Done"


class AskStatus(models.TextChoices):
    """Status of an assistant request: requested -> under_way -> done; requested -> done if no worker takes it."""

    REQUESTED = "requested", "Requested"
    UNDER_WAY = "under_way", "Under way"
    DONE = "done", "Done"


class EventType(models.TextChoices):
    """Events of a call's timeline, with their titles; colors in `EVENT_COLORS`."""

    CALL_QUEUED = "call.queued", "Queued"
    CALL_PUT_OFF = "call.put_off", "Postponed"
    CALL_DIALING = "call.dialing", "Dialing"
    CALL_RINGING = "call.ringing", "Ringing"
    CALL_IN_PROGRESS = "call.in_progress", "Answered"
    CALL_COMPLETED = "call.completed", "Completed"
    CALL_BUSY = "call.busy", "Ended: busy"
    CALL_NO_ANSWER = "call.no_answer", "Ended: no answer"
    CALL_FAILED = "call.failed", "Ended: failed"
    CALL_CANCELED = "call.canceled", "Canceled"
    CALL_END_REQUESTED = "call.end_requested", "Hang-up requested"
    CALL_CORRECTED = "call.corrected", "Corrected by a later report"
    CALL_REFUSED = "call.refused", "Refused"
    CALL_NO_AGENT = "call.no_agent", "No agent available"
    ASSISTANT_ANSWERED = "assistant.answered", "Assistant request answered"
    ASSISTANT_FAILED = "assistant.failed", "Assistant request failed"
    FALLBACK_USED = "fallback.used", "Fallback used"
    ATTEMPT_FAILED = "attempt.failed", "Attempt failed"
    PHONE_REJOINED = "phone.rejoined", "Phone rejoined"
    AGENT_JOINED = "agent.joined", "Agent joined"
    AGENT_LEFT = "agent.left", "Agent left"
    AGENT_ABSENT = "agent.absent", "No agent joined: requested again"
    SPEND_WARNED = "spend.warned", "Agent warned of the spend limit"
    TOOL_CALLED = "tool.called", "Agent called a tool"
    KNOWLEDGE_SEARCHED = "knowledge.searched", "Agent searched its knowledge"
    TRANSFER_REQUESTED = "transfer.requested", "Transfer requested"
    TRANSFER_COMPLETED = "transfer.completed", "Transferred"
    TRANSFER_FAILED = "transfer.failed", "Transfer failed"
    TRANSFER_UNKNOWN = "transfer.unknown", "Transfer outcome unknown"
    DIGITS_REQUESTED = "digits.requested", "DTMF requested"
    DIGITS_SENT = "digits.sent", "DTMF sent"
    CONTROL_REQUESTED = "control.requested", "Request to the agent"
    CONTROL_DONE = "control.done", "Request carried out"
    CONTROL_FAILED = "control.failed", "Request not carried out"
    CALL_LISTENED = "call.listened", "Listened in"
    RECORDING_REQUESTED = "recording.requested", "Recording requested"
    RECORDING_STARTED = "recording.started", "Recording started"
    RECORDING_STOPPED = "recording.stopped", "Recording stopped"
    RECORDING_RESUMED = "recording.resumed", "Recording resumed"
    RECORDING_SAVED = "recording.saved", "Recording saved"
    RECORDING_FAILED = "recording.failed", "Recording failed"

    @classmethod
    def of(cls, state: CallStatus | AgentState | TransferStatus) -> "EventType":
        """Return the event of a call, its agent or its transfer getting into a state."""
        noun = {CallStatus: "call", AgentState: "agent", TransferStatus: "transfer"}[type(state)]
        return cls(f"{noun}.{state.value}")


# The others are neutral.
EVENT_COLORS = {
    EventType.CALL_IN_PROGRESS: "success",
    EventType.CALL_COMPLETED: "success",
    EventType.TRANSFER_COMPLETED: "success",
    EventType.CALL_REFUSED: "danger",
    EventType.CALL_FAILED: "danger",
    EventType.CALL_NO_AGENT: "warning",
    EventType.ASSISTANT_FAILED: "warning",
    EventType.FALLBACK_USED: "warning",
    EventType.ATTEMPT_FAILED: "warning",
    EventType.CALL_BUSY: "warning",
    EventType.CALL_NO_ANSWER: "warning",
    EventType.CALL_PUT_OFF: "warning",
    EventType.AGENT_ABSENT: "warning",
    EventType.SPEND_WARNED: "warning",
    EventType.RECORDING_FAILED: "warning",
    EventType.TRANSFER_FAILED: "warning",
    EventType.CONTROL_FAILED: "warning",
    EventType.TRANSFER_UNKNOWN: "warning",
}


class Reason(models.TextChoices):
    """Why a call ended, waits or was refused: the code for programs and its text for people."""

    NONE = "", ""
    CALLEE_HUNG_UP = "callee_hung_up", _("The callee hung up")
    CALLER_HUNG_UP = "caller_hung_up", _("The caller hung up")
    AGENT_HUNG_UP = "agent_hung_up", _("The agent hung up")
    HUNG_UP = "hung_up", _("Hung up on request")
    TRANSFERRED = "transferred", _("Transferred to another number")
    CANCELED = "canceled", _("Canceled before it was answered")
    MAX_DURATION = "max_duration", _("The maximum duration was reached")
    BUSY = "busy", _("The callee is busy")
    NO_ANSWER = "no_answer", _("Nobody answered")
    UNAVAILABLE = "unavailable", _("The callee is temporarily unavailable")
    DECLINED = "declined", _("The callee declined")
    NOT_FOUND = "not_found", _("The number does not exist")
    FORBIDDEN = "forbidden", _("The carrier refused the call")
    CARRIER_AUTH = "carrier_auth", _("The carrier refused the trunk's credentials")
    CARRIER_LIMIT = "carrier_limit", _("The carrier's call limit was reached")
    GATEWAY_ERROR = "gateway_error", _("The carrier's gateway failed")
    GATEWAY_UNREACHABLE = "gateway_unreachable", _("The carrier's gateway cannot be reached")
    MEDIA_REFUSED = "media_refused", _("The gateway and LiveKit could not agree on a codec or on encryption")
    REDIRECTED = "redirected", _("The carrier redirected the call to another address, which LiveKit does not follow")
    NO_CREDIT = "no_credit", _("The carrier account has no credit")
    CALLER_ID_REFUSED = "caller_id_refused", _("The carrier rejected the caller ID")
    NOT_SUPPORTED = "not_supported", _("The gateway does not support the call as requested")
    OUTCOME_UNKNOWN = "outcome_unknown", _("The outcome of the attempt is unknown; it needs a manual check")
    LIVEKIT_REFUSED = "livekit_refused", _("LiveKit refused the call")
    LIVEKIT_UNAVAILABLE = "livekit_unavailable", _("LiveKit is not accepting calls at the moment")
    NOT_CONFIGURED = "telephony_not_configured", _("Telephony is not configured")
    NO_TRUNK = "no_trunk", _("No active trunk may place this call")
    TRUNK_PAUSED = "trunk_paused", _("Outbound calls over the trunk are paused")
    NO_AGENT = "no_agent", _("No agent is configured for this call")
    ASSISTANT_REFUSED = "assistant_refused", _("The workspace's endpoint refused the call")
    OUTSIDE_HOURS = "outside_business_hours", _("It is outside the business hours")
    NOBODY_AVAILABLE = "nobody_available", _("No agent could talk, and the fallback ended the call")
    AGENT_ABSENT = "agent_absent", _("No agent worker joined in time")
    WORKER_LOST = "worker_lost", _("The agent worker disconnected during the call")
    PROVIDER_FAILED = "provider_failed", _("The AI provider failed")
    SILENCE = "silence", _("The caller said nothing")
    VOICEMAIL = "voicemail", _("Voicemail answered")
    CALLER_ID = "caller_id_not_verified", _("The caller ID is not a number of the workspace on an active trunk")
    COUNTRY = "country_not_allowed", _("Calls to this country are not allowed")
    PREMIUM = "premium_number", _("Calls to premium-rate numbers are not allowed")
    UNKNOWN_NUMBER = "unknown_number", _("The number is not valid in any numbering plan")
    DO_NOT_CALL = "do_not_call", _("The number is on the do-not-call list")
    CALLING_HOURS = "outside_calling_hours", _("It is outside the calling hours")
    CALLEE_ATTEMPTS = "callee_attempts_per_day", _("The callee's maximum attempts per day were reached")
    RATE = "calls_per_second", _("The limit of calls per second was reached")
    CONCURRENCY = "concurrency", _("The limit of concurrent calls was reached")
    LAPSED = "lapsed", _("The call was not dialed before it expired")
    SPEND = "spend_limit", _("The daily spend limit was reached")
    CONNECTION_LOST = "connection_lost", _("The connection to the phone was lost")
    NO_AUDIO = "no_audio", _("No audio was received from the phone")
    LOST = "lost", _("The end of the call was not reported and its lease expired")
    WORKSPACE_CLOSED = "workspace_closed", _("The workspace was closed")


# Reasons that end an attempt before the callee's phone rang.
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
# Reasons that end an answered call as failed: it was connected, but nobody spoke with the other party.
FAULTS = frozenset({Reason.NO_AGENT, Reason.AGENT_ABSENT, Reason.WORKER_LOST, Reason.PROVIDER_FAILED})


class AlertKind(models.TextChoices):
    """Conditions of alert rules."""

    ANSWER_RATE = "answer_rate", "Answer rate below (%)"
    NO_WORKER = "no_worker", "No agent worker"
    SPEND = "spend", "Spend of the day at least"
    WEBHOOK = "webhook", "Failing webhook endpoints at least"
    DRIFT = "drift", "Trunks and endpoints not in sync at least"


class AlertChannel(models.TextChoices):
    EMAIL = "email", "Email"
    SLACK = "slack", "Slack"


class NotificationStatus(models.TextChoices):
    """pending -> sent | failed (given up); pending again, due later, after a failed attempt."""

    PENDING = "pending", "Pending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
