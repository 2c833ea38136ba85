"""`/v1/usage`."""

from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceAPIView
from accounts.choices import Scope
from accounts.models import Workspace
from calls import selectors
from calls.api.query import asked
from calls.models import UsageDay
from calls.selectors import UsageLine
from telephony.services.errors import Problems
from voxa.core.api.serializers import CamelSerializer, NamedChoiceField, shared

LONGEST = 366  # days in one response
BY_DEFAULT = 30
_SUMS = {"calls": 12, "answered": 9, "minutes": 31.5, "outcomes": {"busy": 3, "completed": 9}}
_EXAMPLE = {
    "from": "2026-03-01", "to": "2026-03-31", "timeZone": "America/New_York", "total": _SUMS,
    "results": [{"day": "2026-03-02", "number": None, **_SUMS}],
}  # fmt: skip


class _Dates(CamelSerializer):
    first_words: ClassVar[str] = ""

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which is a keyword of Python."""
        first = serializers.DateField(required=not self.first_words, help_text=self.first_words)
        return {"from": first, **super().get_fields()}


class UsageQuery(_Dates):
    """Query parameters of usage."""

    first_words = "The first day. Default: 30 days up to `to`."
    to = serializers.DateField(required=False, help_text="The last day, inclusive. Default: today.")
    group_by = NamedChoiceField(["day", "number"], required=False, help_text="Default: `day`.")


class SumsSerializer(CamelSerializer):
    """Calls, counted when they ended."""

    calls = serializers.IntegerField()
    answered = serializers.IntegerField()
    minutes = serializers.FloatField(help_text="Total talk time.")
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="Calls by the status they ended with.")


class UsageLineSerializer(SumsSerializer):
    """Usage of one day or number."""

    day = serializers.DateField(allow_null=True)
    number = serializers.CharField(allow_null=True, help_text="The workspace's number, as caller ID or number called.")


class UsageSerializer(_Dates):
    """Usage of a range of days."""

    to = serializers.DateField()
    time_zone = serializers.CharField(help_text="The workspace's time zone, in which days begin.")
    total = SumsSerializer()
    results = UsageLineSerializer(many=True)


class UsageView(WorkspaceAPIView[UsageDay]):
    """Usage of a workspace."""

    read_scope = Scope.CALLS_READ
    queryset = UsageDay.objects.none()
    serializer_class = UsageSerializer
    extra_error_statuses = (400,)

    @extend_schema(
        tags=["Usage"],
        operation_id="usage_retrieve",
        summary="Get usage",
        description="Calls, answered calls and minutes of at most 366 days, by day or number, with the outcomes of "
        "each. Days are in the workspace's time zone. A call counts on the day it ended, and stays counted when "
        "it is purged.",
        parameters=[UsageQuery],
        examples=[OpenApiExample("Response", _EXAMPLE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        with asked(request, shared(UsageQuery)) as (values, problems):
            first, last = _days(values, self.workspace, problems)
        group = values.get("group_by", "day")
        *lines, total = selectors.usage(self.workspace, first, last, group)
        answer = {"from": first, "to": last, "timeZone": self.workspace.time_zone, "total": _sums(total)}
        return Response(
            {**answer, "results": [{"day": None, "number": None, group: one.key, **_sums(one)} for one in lines]}
        )


def _days(values: dict[str, Any], workspace: Workspace, problems: Problems) -> tuple[date, date]:
    last: date = values.get("to") or timezone.now().astimezone(ZoneInfo(workspace.time_zone)).date()
    first: date = values.get("from") or last - min(timedelta(days=BY_DEFAULT - 1), last - date.min)
    if not timedelta(0) <= last - first < timedelta(days=LONGEST):
        problems.add("from", f"Enter a first day before the last, and at most {LONGEST} days.", "range")
    return first, last


def _sums(line: UsageLine) -> dict[str, Any]:
    minutes = round(line.seconds / 60, 2)
    return {"calls": line.calls, "answered": line.answered, "minutes": minutes, "outcomes": line.outcomes}
