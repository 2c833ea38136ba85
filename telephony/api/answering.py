"""Fields of a number and of its workspace's settings: how inbound calls are answered."""

from typing import Any

from rest_framework import serializers

from telephony.api.fields import RowIdField, SigningSecretField
from telephony.choices import Fallback
from telephony.services import fallbacks
from voxa.core.api.serializers import NamedChoiceField
from voxa.core.business_hours import MOST_HOLIDAYS, MOST_HOURS
from voxa.core.values.fields import WEEKDAYS

FIELDS = (
    "assistant_request_url",
    "assistant_request_secret",
    *[name.replace("fallback_agent", "fallback_agent_id") for name in fallbacks.FIELDS],
)
SHOWN = tuple(name for name in FIELDS if name != "assistant_request_secret")
EXAMPLE: dict[str, Any] = {
    "business_hours": [{"day": 0, "opens": "09:00", "closes": "17:00"}],
    "holidays": ["2026-12-25"],
    "fallback": "transfer",
    "fallback_agent_id": None,
    "fallback_to": "+12025550142",
    "fallback_mode": "warm",
}


class WeekdayField(serializers.IntegerField):
    """A day of the week. The error explains the numbers."""

    def __init__(self, **kwargs: Any) -> None:
        refusals = ("invalid", "null", "min_value", "max_value", "max_string_length")
        words: dict[str, Any] = dict.fromkeys(refusals, WEEKDAYS)
        super().__init__(min_value=0, max_value=6, error_messages=words, **kwargs)


class ClockField(serializers.RegexField):
    """A time of day in hours and minutes."""

    def __init__(self, **kwargs: Any) -> None:
        words: dict[str, Any] = {"invalid": "Enter hours and minutes from 00:00 to 24:00, such as 09:00."}
        super().__init__(r"^([01]?[0-9]|2[0-3]|24(?=:00)):[0-5][0-9](:00)?$", error_messages=words, **kwargs)


class BusinessHoursSerializer(serializers.Serializer[Any]):
    """Hours of a weekday, in the workspace's time zone."""

    day = WeekdayField(help_text="0 is Monday, 6 is Sunday: the day on which the hours begin.")
    opens = ClockField(help_text="09:00")
    closes = ClockField(help_text="17:00; 24:00 is the end of the day, a time before `opens` is on the next day.")


class AnsweringSerializer(serializers.Serializer[Any]):
    """How inbound calls are answered."""

    assistant_request_secret = SigningSecretField()
    business_hours = BusinessHoursSerializer(  # type: ignore[call-arg]  # many takes max_length
        many=True,
        required=False,
        max_length=MOST_HOURS,
        help_text="When agents answer; days without hours are closed. Empty: always, for a number the workspace's.",
    )
    holidays = serializers.ListField(
        child=serializers.DateField(),
        required=False,
        max_length=MOST_HOLIDAYS,
        help_text="Dates on which all is closed. Empty for a number: those of its workspace.",
    )
    fallback = NamedChoiceField(
        Fallback.choices,
        required=False,
        help_text="What happens outside the business hours, when no agent worker takes the call in time, and when the "
        "AI provider fails at the start. Empty: nothing, for a number what its workspace says.",
    )
    fallback_agent_id = RowIdField(
        source="fallback_agent", required=False, allow_null=True, help_text="The agent of the fallback `agent`."
    )
