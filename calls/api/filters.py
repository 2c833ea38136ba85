"""Query parameters of the lists."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from calls.choices import CallStatus, Direction
from calls.do_not_call.erased_numbers import MARK
from calls.models import Call, DoNotCall
from calls.selectors import known_as, listed
from voxa.core.api.filters import MomentFilter, NamedChoiceFilter, NumberAskedFilter

SPELLINGS = "The full number, in any format; an unescaped + is accepted."


class CallFilter(filters.FilterSet):
    """Filters of calls. The paginator applies `number`, which matches both sides of a call."""

    status = NamedChoiceFilter(CallStatus.choices)
    direction = NamedChoiceFilter(Direction.choices)
    number = NumberAskedFilter(method="on_either_side", help_text=f"{SPELLINGS} Matches both sides of a call.")
    sipCallId = filters.CharFilter(method="by_call_id", help_text="The SIP Call-ID of the call or one of its attempts.")
    livekitCallId = filters.CharFilter(method="by_call_id", help_text="LiveKit's call ID, `SCL_...`.")
    agentId = filters.UUIDFilter(field_name="agent_id")
    trunkId = filters.UUIDFilter(field_name="trunk_id")
    createdAfter = MomentFilter(
        field_name="created_at", lookup_expr="gte", help_text="From this time on, for example 2026-03-01T00:00:00Z."
    )
    createdBefore = MomentFilter(field_name="created_at", lookup_expr="lt", help_text="Before this time.")

    class Meta:
        model = Call
        fields: list[str] = []

    def on_either_side(self, rows: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return rows

    def by_call_id(self, rows: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return rows.filter(pk__in=known_as(value, name))


class DoNotCallFilter(filters.FilterSet):
    number = NumberAskedFilter(method="by_number", marks=(MARK,), help_text=SPELLINGS)

    class Meta:
        model = DoNotCall
        fields: list[str] = []

    def by_number(self, rows: QuerySet[DoNotCall], name: str, value: str) -> QuerySet[DoNotCall]:
        return listed(rows, value)
