"""The fields of calls in JSON: the API's schema is made from them, and `payloads` reads rows by them."""

from typing import Any

from rest_framework import serializers

from calls.choices import (
    AnalysisStatus,
    AttemptStatus,
    CallStatus,
    Direction,
    EventType,
    Reason,
    RecordingStatus,
    Speaker,
    TransferMode,
    TransferStatus,
)
from voxa.core.api.serializers import CamelSerializer

REASONS = [(code, words) for code, words in Reason.choices if code]
_REASON = "Why the call ended, waits or was refused; empty if there is no reason."
_SIP_CALL_ID = "The carrier's SIP Call-ID. LiveKit reports it for answered and inbound calls; otherwise empty."
_LIVEKIT_CALL_ID = "LiveKit's call ID, `SCL_...`; empty until LiveKit reports it."
_SIP = "The carrier's SIP response code, for example 486."


class AttemptSerializer(CamelSerializer):
    """One attempt of a call."""

    number = serializers.IntegerField(help_text="Starts at 1.")
    status = serializers.ChoiceField(AttemptStatus.choices)
    reason = serializers.ChoiceField(REASONS, allow_blank=True, help_text=_REASON)
    trunk_id = serializers.UUIDField(allow_null=True, help_text="null: the shared trunk.")
    gateway_id = serializers.UUIDField(allow_null=True)
    room_name = serializers.CharField(help_text="The LiveKit room.")
    sip_call_id = serializers.CharField(allow_blank=True, help_text=_SIP_CALL_ID)
    livekit_call_id = serializers.CharField(allow_blank=True, help_text=_LIVEKIT_CALL_ID)
    sip_status_code = serializers.IntegerField(allow_null=True, help_text=_SIP)
    sip_status = serializers.CharField(allow_blank=True, help_text="The carrier's SIP status line.")
    started_at = serializers.DateTimeField()
    ringing_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class CallSerializer(CamelSerializer):
    """A call."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(Direction.choices)
    status = serializers.ChoiceField(CallStatus.choices)
    reason = serializers.ChoiceField(REASONS, allow_blank=True, help_text=_REASON)
    to = serializers.CharField(source="to_number")
    from_ = serializers.CharField(source="from_number", allow_blank=True, help_text="Empty if withheld.")
    trunk_id = serializers.UUIDField(allow_null=True)
    agent_id = serializers.UUIDField(allow_null=True)
    agent_revision = serializers.IntegerField(
        allow_null=True, help_text="The revision of the agent that spoke; null until a worker takes the call."
    )
    room_name = serializers.CharField(allow_blank=True, help_text="The LiveKit room; empty until the call is dialed.")
    sip_call_id = serializers.CharField(allow_blank=True, help_text=_SIP_CALL_ID)
    livekit_call_id = serializers.CharField(allow_blank=True, help_text=_LIVEKIT_CALL_ID)
    sip_status_code = serializers.IntegerField(allow_null=True, help_text=_SIP)
    attempts = AttemptSerializer(many=True)
    scheduled_at = serializers.DateTimeField(allow_null=True)
    not_after = serializers.DateTimeField(allow_null=True)
    queued_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration_seconds = serializers.IntegerField(allow_null=True, help_text="Talk time, from the answer to the end.")
    metadata: Any = serializers.DictField()
    variables: Any = serializers.DictField(help_text="Without the built-in ones.")
    agent_overrides: Any = serializers.DictField(help_text="Those that the call was placed with.")


class TransferStateSerializer(CamelSerializer):
    """A transfer of a call."""

    status = serializers.CharField(
        help_text=f"One of {', '.join(f'`{status}`' for status in TransferStatus)}; the last three are final."
    )
    to = serializers.CharField()
    mode = serializers.ChoiceField(TransferMode.choices)
    code = serializers.CharField(allow_blank=True, help_text="Why it failed, for example `transfer_failed`.")
    message = serializers.CharField(allow_blank=True)
    sip_status_code = serializers.IntegerField(allow_null=True)
    requested_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class TransferredCallSerializer(CallSerializer):
    """A call with its requested transfer."""

    transfer = TransferStateSerializer()


class EventSerializer(CamelSerializer):
    """A timeline event of a call."""

    type = serializers.CharField(help_text=f"One of {', '.join(EventType.values)}; new types may be added.")
    at = serializers.DateTimeField()
    attempt = serializers.IntegerField(allow_null=True, help_text="The number of its attempt.")
    data: Any = serializers.DictField(help_text="Details; new keys may be added.")


class TimelineSerializer(CamelSerializer):
    """A call's timeline, oldest first, always complete: there is no next page."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EventSerializer(many=True)


class TurnSerializer(CamelSerializer):
    """One turn of a speaker."""

    speaker = serializers.ChoiceField(Speaker.choices)
    text = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    interrupted = serializers.BooleanField(help_text="The other side interrupted this turn.")
    sources = serializers.ListField(
        child=serializers.CharField(),
        help_text="The documents that the agent had looked up, with page or heading.",
    )


class TranscriptSerializer(CamelSerializer):
    """A conversation."""

    transcript = TurnSerializer(many=True)
    measures: Any = serializers.DictField(
        help_text="`firstWordSeconds` is from the answer to the agent's first word, `turnSecondsMedian` and "
        "`turnSecondsLongest` from the caller's last word to the agent's next, `turns`, `interruptions`; if known."
    )
    detail = serializers.CharField(help_text="The worker's message about the end, for people.")
    finished = serializers.BooleanField(help_text="The transcript is complete.")


class AnalysisSerializer(CamelSerializer):
    """A language model's analysis of a conversation."""

    status = serializers.ChoiceField([("none", "Not requested"), *AnalysisStatus.choices])
    summary = serializers.CharField()
    outcome = serializers.CharField()
    fields_: Any = serializers.DictField(help_text="Fields of the agent's template or its `analysisSchema`.")
    template_id = serializers.UUIDField(allow_null=True, help_text="The template it was analyzed with, if any.")
    template_name = serializers.CharField(help_text="The template's name at that time; empty without one.")
    error = serializers.CharField(help_text="Why the analysis is pending or failed.")
    analyzed_at = serializers.DateTimeField(source="done_at", allow_null=True)


class RecordingPartSerializer(CamelSerializer):
    """One part of a call's recording, in its own file."""

    status = serializers.ChoiceField(RecordingStatus.choices)
    url = serializers.CharField(allow_blank=True, help_text="Playback URL, valid for 5 minutes; empty until saved.")
    duration_seconds = serializers.IntegerField(allow_null=True)
    bytes = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True, help_text="Why the recording failed or ended early.")


class RecordingSerializer(RecordingPartSerializer):
    """A call's recording: the first part, and all of them."""

    status = serializers.ChoiceField([("none", "None"), *RecordingStatus.choices])
    parts = RecordingPartSerializer(
        many=True, help_text="In order; more than one if it paused for a transfer target that was not reached."
    )
