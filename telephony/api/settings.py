"""`/v1/settings/telephony`."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceAPIView
from telephony import selectors
from telephony.api import answering
from telephony.api.answering import AnsweringSerializer, WeekdayField
from telephony.api.docs import example_of
from telephony.api.fields import RowIdField
from telephony.api.reading import json_names, read
from telephony.models import TelephonySettings
from telephony.services.errors import Problems
from telephony.services.numbers import ANSWERING
from telephony.services.settings import FIELDS, update_settings
from voxa.core.api.serializers import CamelModelSerializer, shared
from voxa.core.values.countries import LONGEST

OPERATORS = ("allow_shared_trunk", "price_per_minute", "currency")
AGENTS = ("default_agent", "fallback_agent")
LIMITS = tuple(name.replace("default_agent", "default_agent_id") for name in FIELDS if name not in ANSWERING)
OWN = (*LIMITS, *answering.FIELDS)
_SHOWN = {
    "default_agent_id": None,
    "allowed_countries": ["US", "CA"],
    "allow_premium": False,
    "allow_unknown_numbers": False,
    "calls_per_second": "5.00",
    "max_concurrent_calls": 20,
    "calling_hours_start": "09:00:00",
    "calling_hours_end": "20:00:00",
    "calling_days": [0, 1, 2, 3, 4],
    "calling_hours_fallback": "workspace",
    "daily_attempts_per_callee": 3,
    "max_attempts": 3,
    "retry_delay_seconds": 300,
    "daily_spend_limit": "50.00",
    "agent_absent": "retry",
    "record_calls": True,
    "recording_announcement": "This call is recorded.",
    "assistant_request_url": "https://crm.example.com/voxa/incoming",
    **answering.EXAMPLE,
    "allow_shared_trunk": False,
    "price_per_minute": "0.0100",
    "currency": "USD",
}
_ANSWER = example_of(TelephonySettings, [*LIMITS, *answering.SHOWN, *OPERATORS], _SHOWN)


class TelephonySettingsSerializer(AnsweringSerializer, CamelModelSerializer[TelephonySettings]):
    """The limits and policies of every call of the workspace."""

    default_agent_id = RowIdField(
        source="default_agent",
        required=False,
        allow_null=True,
        help_text="The active inbound agent that answers numbers without an active agent of their own. A workspace "
        "with one such agent needs no choice; with several and null, nobody answers those numbers.",
    )
    allowed_countries = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST),
        required=False,
        max_length=250,
        help_text="Two-letter codes that may be called, in any case. Empty: the workspace's own country alone.",
    )
    calling_days = serializers.ListField(
        child=WeekdayField(),
        required=False,
        max_length=7,
        help_text="0 is Monday, 6 is Sunday. Empty: every day.",
    )

    class Meta:
        model = TelephonySettings
        fields = [*OWN, *OPERATORS]
        read_only_fields = OPERATORS


@extend_schema_view(
    get=extend_schema(
        operation_id="settings_telephony_retrieve",
        summary="Get telephony settings",
        description="The limits and policies of every call of the workspace.",
        examples=[OpenApiExample("Answer", _ANSWER, response_only=True)],
    ),
    patch=extend_schema(
        operation_id="settings_telephony_update",
        summary="Change telephony settings",
        description="Changes the fields in the body, effective with the next dial. null removes a limit.",
        examples=[
            OpenApiExample("Request", {"callsPerSecond": "5.00", "dailyAttemptsPerCallee": 3}, request_only=True),
            OpenApiExample("Answer", _ANSWER, response_only=True),
        ],
    ),
)
@extend_schema(tags=["Settings"])
class TelephonySettingsView(WorkspaceAPIView[TelephonySettings]):
    """Limits and policies of the workspace."""

    serializer_class = TelephonySettingsSerializer
    queryset = TelephonySettings.objects.none()

    def get(self, request: Request) -> Response:
        return Response(self._shown(TelephonySettings.of(self.workspace.pk)))

    def patch(self, request: Request) -> Response:
        reader, problems = shared(TelephonySettingsSerializer), Problems()
        with json_names(reader):
            values = read(reader, request.data, problems, partial=True)
            for name in AGENTS:
                if (wanted := values.get(name)) is not None:
                    values[name] = selectors.find_agent(self.workspace, wanted)
                    if values[name] is None:
                        problems.add(name, "The workspace has none with this id.", "not_found")
            sent: Any = request.data
            now = self._shown(TelephonySettings.of(self.workspace.pk))
            for key, field in reader.fields.items():
                if field.read_only and sent.get(key, now[key]) != now[key]:
                    words = "Only the operator of this installation can change it."
                    problems.add(str(field.source), words, "read_only")
            return Response(self._shown(update_settings(self.workspace, values, problems=problems)))

    def _shown(self, found: TelephonySettings) -> Any:
        return shared(TelephonySettingsSerializer).to_representation(found)
