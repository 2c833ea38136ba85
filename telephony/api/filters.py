"""Query parameters of the lists."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from telephony.choices import AgentDirection, TrunkStatus
from telephony.models import Agent, PhoneNumber, Trunk
from telephony.validators import validate_trunk_reference
from voxa.api.filters import NamedChoiceFilter, NumberAskedFilter, TrueOrFalseFilter


class TrunkFilter(filters.FilterSet):
    """Of trunks."""

    status = NamedChoiceFilter(TrunkStatus.choices)
    name = filters.CharFilter(lookup_expr="icontains", help_text="A part of the name.")
    carrier = filters.CharFilter(help_text="A preset, such as telnyx.")
    forTransfers = TrueOrFalseFilter(field_name="for_transfers")

    class Meta:
        model = Trunk
        fields: list[str] = []


class NumberFilter(filters.FilterSet):
    """Of numbers."""

    trunkId = filters.CharFilter(
        method="by_trunk",
        validators=[validate_trunk_reference],
        help_text="The trunk's id, or an `ST_` id that it has had.",
    )
    agentId = filters.UUIDFilter(field_name="agent_id")
    number = NumberAskedFilter(help_text="The whole number, in any spelling; an unescaped + is understood.")

    class Meta:
        model = PhoneNumber
        fields: list[str] = []

    def by_trunk(self, rows: QuerySet[PhoneNumber], name: str, value: str) -> QuerySet[PhoneNumber]:
        if not value.startswith("ST_"):
            return rows.filter(trunk=UUID(value))
        held = Q(livekit_objects__livekit_id=value) | Q(livekit_aliases__livekit_id=value)
        return rows.filter(trunk__in=Trunk.objects.filter(held).values("pk"))


class AgentFilter(filters.FilterSet):
    """Of agents."""

    direction = NamedChoiceFilter(AgentDirection.choices)
    active = TrueOrFalseFilter()
    name = filters.CharFilter(lookup_expr="icontains", help_text="A part of the name.")

    class Meta:
        model = Agent
        fields: list[str] = []
