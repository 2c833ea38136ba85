"""Query parameters of the lists."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from telephony.choices import AgentDirection, TrunkStatus
from telephony.models import Agent, PhoneNumber, Trunk


class TrunkFilter(filters.FilterSet):
    """Of trunks."""

    status = filters.ChoiceFilter(choices=TrunkStatus.choices)
    name = filters.CharFilter(lookup_expr="icontains", help_text="A part of the name.")
    carrier = filters.CharFilter(help_text="A preset, such as telnyx.")
    forTransfers = filters.BooleanFilter(field_name="for_transfers")

    class Meta:
        model = Trunk
        fields: list[str] = []


class NumberFilter(filters.FilterSet):
    """Of numbers."""

    trunkId = filters.UUIDFilter(field_name="trunk_id")
    agentId = filters.UUIDFilter(field_name="agent_id")
    number = filters.CharFilter(method="by_number", help_text="The whole number; an unescaped + is understood.")

    class Meta:
        model = PhoneNumber
        fields: list[str] = []

    def by_number(self, rows: QuerySet[PhoneNumber], name: str, value: str) -> QuerySet[PhoneNumber]:
        return rows.filter(number="+" + value.strip().removeprefix("+"))  # a + in a query means a space


class AgentFilter(filters.FilterSet):
    """Of agents."""

    direction = filters.ChoiceFilter(choices=AgentDirection.choices)
    active = filters.BooleanFilter()
    name = filters.CharFilter(lookup_expr="icontains", help_text="A part of the name.")

    class Meta:
        model = Agent
        fields: list[str] = []
