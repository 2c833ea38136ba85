"""Calls in JSON: what is read, and for the schema what `calls.presentation.payloads` gives."""

from typing import Any

from rest_framework import serializers

from calls.choices import (
    AnalysisStatus,
    AttemptStatus,
    CallStatus,
    Direction,
    ListedBy,
    Reason,
    RecordingStatus,
    Speaker,
    TransferMode,
    TransferStatus,
)
from calls.models import DoNotCall
from telephony.api.fields import TRANSFER_HEADERS, HeadersField
from telephony.api.serializers import SPELLINGS, RowIdField
from telephony.transfer_targets import LONGEST_TARGET
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer, MomentField, NamedChoiceField
from voxa.core.number_text import LONGEST_TEXT

REASONS = [(code, words) for code, words in Reason.choices if code]
_REASON = "Why it ended, waits or was refused; empty where there is nothing to say."
_SIP_CALL_ID = (
    "The SIP Call-ID by which the carrier knows it. LiveKit tells it of answered and inbound calls; else empty."
)
_LIVEKIT_CALL_ID = "LiveKit's own id of it, `SCL_...`; empty until LiveKit told it."
_SIP = "The carrier's answer, such as 486."


def _after_to(fields: dict[str, Any], caller: serializers.CharField) -> dict[str, Any]:
    place = list(fields).index("to") + 1
    named = list(fields.items())
    return dict([*named[:place], ("from", caller), *named[place:]])


class PlaceCallSerializer(CamelSerializer):
    """A call to be placed."""

    to = serializers.CharField(max_length=LONGEST_TEXT, help_text=f"Who is called. {SPELLINGS}")
    agent_id = RowIdField(source="agent", help_text="The agent that speaks.")
    trunk_id = serializers.CharField(
        source="trunk",
        required=False,
        allow_null=True,
        max_length=64,
        help_text="The trunk to call through: its UUID or `ST_` id. Left out: the caller ID's own.",
    )
    scheduled_at = MomentField(
        required=False, allow_null=True, help_text="Not before this time, at most a year ahead. Left out: at once."
    )
    not_after = MomentField(
        required=False,
        allow_null=True,
        help_text="If it was not dialed by then, first or again, it ends as `lapsed`. Left out: it waits on.",
    )
    max_duration_seconds = serializers.IntegerField(
        required=False, min_value=10, max_value=14_400, default=3600, help_text="After that it is hung up."
    )
    metadata: Any = serializers.DictField(
        required=False, help_text="Yours: given back with the call and in webhooks, at most 8 KiB."
    )

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which is a keyword of Python."""
        words = "The caller ID: a number of this workspace on an active trunk."
        return _after_to(super().get_fields(), serializers.CharField(max_length=LONGEST_TEXT, help_text=words))


class TransferSerializer(CamelSerializer):
    """Whom a call is handed over to."""

    to = serializers.CharField(
        max_length=LONGEST_TARGET,
        help_text="In E.164, or a `tel:`, `sip:` or `sips:` address, which may have parameters and headers: "
        "`sip:+12025550123@pbx.example.com;transport=tls?X-Queue=sales`.",
    )
    transfer_headers = HeadersField(required=False, help_text=TRANSFER_HEADERS)
    mode = NamedChoiceField(
        TransferMode.choices,
        required=False,
        default=TransferMode.COLD,
        help_text="`cold`: the carrier connects the caller elsewhere. `warm`: the third party, a number, is called "
        "into the same room, and the agent leaves when both are there.",
    )


class DigitsSerializer(CamelSerializer):
    """Keys to press."""

    digits = serializers.CharField(max_length=64, help_text="0-9, *, #, A-D, and w for half a second's pause.")


class AttemptSerializer(CamelSerializer):
    """One dial of a call."""

    number = serializers.IntegerField(help_text="1 for the first.")
    status = serializers.ChoiceField(AttemptStatus.choices)
    reason = serializers.ChoiceField(REASONS, allow_blank=True, help_text=_REASON)
    trunk_id = serializers.UUIDField(allow_null=True, help_text="null: the operator's shared trunk.")
    gateway_id = serializers.UUIDField(allow_null=True)
    room_name = serializers.CharField(help_text="The LiveKit room.")
    sip_call_id = serializers.CharField(allow_blank=True, help_text=_SIP_CALL_ID)
    livekit_call_id = serializers.CharField(allow_blank=True, help_text=_LIVEKIT_CALL_ID)
    sip_status_code = serializers.IntegerField(allow_null=True, help_text=_SIP)
    sip_status = serializers.CharField(allow_blank=True, help_text="The same in the carrier's words.")
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
    trunk_id = serializers.UUIDField(allow_null=True)
    agent_id = serializers.UUIDField(allow_null=True)
    room_name = serializers.CharField(allow_blank=True, help_text="The LiveKit room; empty until it is dialled.")
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
    duration_seconds = serializers.IntegerField(allow_null=True, help_text="From the answer to the end.")
    metadata: Any = serializers.DictField()

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which is a keyword of Python."""
        caller = serializers.CharField(allow_blank=True, help_text="Empty: withheld.")
        return _after_to(super().get_fields(), caller)


class TransferStateSerializer(CamelSerializer):
    """A transfer of a call."""

    status = serializers.CharField(
        help_text=f"One of {', '.join(f'`{status}`' for status in TransferStatus)}; the last three are final."
    )
    to = serializers.CharField()
    mode = serializers.ChoiceField(TransferMode.choices)
    code = serializers.CharField(allow_blank=True, help_text="Why it failed, such as `transfer_failed`.")
    message = serializers.CharField(allow_blank=True)
    sip_status_code = serializers.IntegerField(allow_null=True)
    requested_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class TransferredCallSerializer(CallSerializer):
    """A call with the transfer that was asked for."""

    transfer = TransferStateSerializer()


class EventSerializer(CamelSerializer):
    """A line of a call's timeline."""

    type = serializers.CharField(help_text="Such as `call.ringing` or `attempt.failed`.")
    at = serializers.DateTimeField()
    attempt = serializers.IntegerField(allow_null=True, help_text="The number of the dial it belongs to.")
    data: Any = serializers.DictField(help_text="Particulars; new ones may be added.")


class TimelineSerializer(CamelSerializer):
    """A call's timeline, oldest first. It comes whole: there is no other page."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EventSerializer(many=True)


class TurnSerializer(CamelSerializer):
    """What one side said."""

    speaker = serializers.ChoiceField(Speaker.choices)
    text = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    interrupted = serializers.BooleanField(help_text="The other side spoke, so the rest went unsaid.")


class TranscriptSerializer(CamelSerializer):
    """A conversation."""

    transcript = TurnSerializer(many=True)
    measures: Any = serializers.DictField(
        help_text="`firstWordSeconds` from the answer to the agent's first word, `turnSecondsMedian` and "
        "`turnSecondsLongest` from the caller's last word to the agent's next, `turns`, `interruptions`; where known."
    )
    detail = serializers.CharField(help_text="What the agent's worker says of the end, for people.")
    finished = serializers.BooleanField(help_text="Nothing more comes.")


class AnalysisSerializer(CamelSerializer):
    """What a language model made of a conversation."""

    status = serializers.ChoiceField([("none", "Not asked for"), *AnalysisStatus.choices])
    summary = serializers.CharField()
    outcome = serializers.CharField()
    fields_: Any = serializers.DictField(help_text="As the agent's `analysisSchema` asks for.")
    error = serializers.CharField(help_text="Why there is none yet, or will be none.")
    analyzed_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Name `fields`, which is a serializer's own word."""
        return {name.removesuffix("_"): field for name, field in super().get_fields().items()}


class RecordingPartSerializer(CamelSerializer):
    """A part of a call's recording, in a file of its own."""

    status = serializers.ChoiceField(RecordingStatus.choices)
    url = serializers.CharField(allow_blank=True, help_text="Plays it for the next 5 minutes; empty until it is saved.")
    duration_seconds = serializers.IntegerField(allow_null=True)
    bytes = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True, help_text="Why there is none, or why it ended early.")


class RecordingSerializer(RecordingPartSerializer):
    """A call's recording: the first part, and all of them."""

    status = serializers.ChoiceField([("none", "None"), *RecordingStatus.choices])
    parts = RecordingPartSerializer(
        many=True, help_text="In order; more than one where it stopped for a third party who was not reached."
    )


class DoNotCallSerializer(CamelModelSerializer[DoNotCall]):
    """A number that is never called."""

    listed_by = serializers.ChoiceField(ListedBy.choices, help_text="How it came on the list; empty: not recorded.")
    added_by = serializers.CharField(
        source="who", help_text="Email address of the person, or name of the API key; empty where it is not known."
    )

    class Meta:
        model = DoNotCall
        fields = ["number", "note", "listed_by", "added_by", "created_at"]
        extra_kwargs = {"number": {"help_text": "In E.164; a hash that begins with # where the number was erased."}}


class AddNumbersSerializer(CamelSerializer):
    """Numbers never to be called."""

    numbers = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TEXT), min_length=1, max_length=1000, help_text=SPELLINGS
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="Why, for people.")


class AddedSerializer(CamelSerializer):
    """What an addition came to."""

    added = serializers.IntegerField(help_text="Numbers that are new on the list.")
    known = serializers.IntegerField(help_text="Numbers that stood there before.")
