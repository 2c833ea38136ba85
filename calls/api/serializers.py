"""Serializers of request bodies about calls, and of do-not-call entries."""

from typing import Any

from rest_framework import serializers

from calls.choices import (
    ListedBy,
    TransferMode,
)
from calls.models import DoNotCall
from calls.services.agent_control import LONGEST_TEXT as LONGEST_SAY
from telephony.api.agent_serializers import VARIABLES, AgentOverridesSerializer
from telephony.api.fields import TRANSFER_HEADERS, HeadersField, RowIdField
from telephony.api.serializers import SPELLINGS
from telephony.transfer_targets import LONGEST_TARGET
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer, MomentField, NamedChoiceField
from voxa.core.number_text import LONGEST_TEXT


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


class SaySerializer(CamelSerializer):
    """A text that the agent speaks."""

    text = serializers.CharField(max_length=LONGEST_SAY, help_text="Spoken as it is, in the agent's voice.")


class WhisperSerializer(CamelSerializer):
    """What the agent is told."""

    text = serializers.CharField(max_length=LONGEST_SAY, help_text="Such as: Offer a discount of ten percent.")


class ListenSerializer(CamelSerializer):
    """What a LiveKit client needs to listen in."""

    room = serializers.CharField()
    url = serializers.CharField(help_text="Of the LiveKit server, as browsers reach it.")
    token = serializers.CharField(help_text="To hear this room alone, unseen. It must be used within 2 minutes.")


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
