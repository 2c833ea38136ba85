"""Serializers of calls: request bodies, and the schema of `calls.presentation.payloads`."""

from typing import Any

from rest_framework import serializers

from calls.choices import (
    AnalysisStatus,
    AttemptStatus,
    CallStatus,
    Direction,
    EventType,
    ListedBy,
    Reason,
    RecordingStatus,
    Speaker,
    TransferMode,
    TransferStatus,
)
from calls.models import DoNotCall
from telephony.api.agent_serializers import VARIABLES, AgentOverridesSerializer
from telephony.api.fields import TRANSFER_HEADERS, HeadersField
from telephony.api.serializers import SPELLINGS, RowIdField
from telephony.transfer_targets import LONGEST_TARGET
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer, MomentField, NamedChoiceField
from voxa.core.number_text import LONGEST_TEXT

REASONS = [(code, words) for code, words in Reason.choices if code]
_REASON = "Why the call ended, waits or was refused; empty if there is no reason."
_SIP_CALL_ID = "The carrier's SIP Call-ID. LiveKit reports it for answered and inbound calls; otherwise empty."
_LIVEKIT_CALL_ID = "LiveKit's call ID, `SCL_...`; empty until LiveKit reports it."
_SIP = "The carrier's SIP response code, for example 486."


class PlaceCallSerializer(CamelSerializer):
    to = serializers.CharField(max_length=LONGEST_TEXT, help_text=f"The number to call. {SPELLINGS}")
    from_ = serializers.CharField(
        max_length=LONGEST_TEXT, help_text="The caller ID: a number of this workspace on an active trunk."
    )
    agent_id = RowIdField(source="agent", help_text="The agent that talks to the callee.")
    trunk_id = serializers.CharField(
        source="trunk",
        required=False,
        allow_null=True,
        max_length=64,
        help_text="The trunk: its UUID or `ST_` ID. Default: the caller ID's trunk.",
    )
    scheduled_at = MomentField(
        required=False, allow_null=True, help_text="Earliest time to dial, at most a year ahead. Default: now."
    )
    not_after = MomentField(
        required=False,
        allow_null=True,
        help_text="If the call is not dialed by then, it ends as `lapsed`. Default: no limit.",
    )
    max_duration_seconds = serializers.IntegerField(
        required=False,
        min_value=10,
        max_value=14_400,
        help_text="Maximum talk time; then the call is hung up. Default: 3600.",
    )
    metadata: Any = serializers.DictField(
        required=False, help_text="Custom data, returned with the call and in webhooks, at most 8 KiB."
    )
    variables: Any = serializers.DictField(required=False, help_text=VARIABLES)
    agent_overrides = AgentOverridesSerializer(required=False, help_text="Fields of the agent for this call alone.")


class TransferSerializer(CamelSerializer):
    """Target and mode of a transfer."""

    to = serializers.CharField(
        max_length=LONGEST_TARGET,
        help_text="An E.164 number, or a `tel:`, `sip:` or `sips:` address, which may have parameters and headers: "
        "`sip:+12025550123@pbx.example.com;transport=tls?X-Queue=sales`.",
    )
    transfer_headers = HeadersField(required=False, help_text=TRANSFER_HEADERS)
    mode = NamedChoiceField(
        TransferMode.choices,
        required=False,
        default=TransferMode.COLD,
        help_text="`cold`: the carrier connects the caller to the target. `warm`: the target, a number, is called "
        "into the same room, and the agent leaves when both are connected.",
    )


class DigitsSerializer(CamelSerializer):
    """DTMF digits to send."""

    digits = serializers.CharField(max_length=64, help_text="0-9, *, #, A-D, and w for a pause of half a second.")


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
    to = serializers.CharField()
    from_ = serializers.CharField(allow_blank=True, help_text="Empty if withheld.")
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
    fields_: Any = serializers.DictField(help_text="Fields of the agent's `analysisSchema`.")
    error = serializers.CharField(help_text="Why the analysis is pending or failed.")
    analyzed_at = serializers.DateTimeField(allow_null=True)


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


class DoNotCallSerializer(CamelModelSerializer[DoNotCall]):
    """A do-not-call entry."""

    listed_by = serializers.ChoiceField(ListedBy.choices, help_text="How the number was added; empty if unknown.")
    added_by = serializers.CharField(
        source="who", help_text="Email address of the person, or name of the API key; empty if unknown."
    )

    class Meta:
        model = DoNotCall
        fields = ["number", "note", "listed_by", "added_by", "created_at"]
        extra_kwargs = {"number": {"help_text": "In E.164 format; a hash that begins with # if the number was erased."}}


class AddNumbersSerializer(CamelSerializer):
    """Numbers to add to the do-not-call list."""

    numbers = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TEXT), min_length=1, max_length=1000, help_text=SPELLINGS
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="A note for people.")


class AddedSerializer(CamelSerializer):
    """Result of adding numbers."""

    added = serializers.IntegerField(help_text="Numbers that were added.")
    known = serializers.IntegerField(help_text="Numbers that were already listed.")
