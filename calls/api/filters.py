"""Query parameters of the lists."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from calls.choices import CallStatus, Direction
from calls.do_not_call.erased_numbers import MARK
from calls.models import Call, DoNotCall
from calls.selectors import known_as, listed
from voxa.core.api.filters import MomentFilter, NamedChoiceFilter, NumberAskedFilter

SPELLINGS = "The whole number, in any spelling; an unescaped + is understood."


class CallFilter(filters.FilterSet):
    """Of calls. `number` is the paginator's: it looks on both sides of a call."""

    status = NamedChoiceFilter(CallStatus.choices)
    direction = NamedChoiceFilter(Direction.choices)
    number = NumberAskedFilter(method="on_either_side", help_text=f"{SPELLINGS} Called or calling.")
    sipCallId = filters.CharFilter(method="by_call_id", help_text="The SIP Call-ID of the call or one of its attempts.")
    livekitCallId = filters.CharFilter(method="by_call_id", help_text="LiveKit's id of it, `SCL_...`.")
    agentId = filters.UUIDFilter(field_name="agent_id")
    trunkId = filters.UUIDFilter(field_name="trunk_id")
    createdAfter = MomentFilter(
        field_name="created_at", lookup_expr="gte", help_text="From this time on, such as 2026-03-01T00:00:00Z."
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
    """Of the do-not-call list."""

    number = NumberAskedFilter(method="by_number", marks=(MARK,), help_text=SPELLINGS)

    class Meta:
        model = DoNotCall
        fields: list[str] = []

    def by_number(self, rows: QuerySet[DoNotCall], name: str, value: str) -> QuerySet[DoNotCall]:
        return listed(rows, value)
