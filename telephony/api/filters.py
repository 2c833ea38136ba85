"""Query parameters of the lists."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from agents.choices import KeyProvider
from telephony.choices import AgentDirection, KnowledgeStatus, TrunkStatus
from telephony.models import (
    Agent,
    AnalysisTemplate,
    KnowledgeSource,
    McpServer,
    PhoneNumber,
    ProviderKey,
    Tool,
    Trunk,
)
from telephony.validators import validate_trunk_reference
from voxa.core.api.filters import NamedChoiceFilter, NumberAskedFilter, TrueOrFalseFilter


class TrunkFilter(filters.FilterSet):
    """Filters of trunks."""

    status = NamedChoiceFilter(TrunkStatus.choices)
    name = filters.CharFilter(lookup_expr="icontains", help_text="Part of the name.")
    carrier = filters.CharFilter(help_text="Carrier preset, such as telnyx.")
    forTransfers = TrueOrFalseFilter(field_name="for_transfers")

    class Meta:
        model = Trunk
        fields: list[str] = []


class NumberFilter(filters.FilterSet):
    """Filters of numbers."""

    trunkId = filters.CharFilter(
        method="by_trunk",
        validators=[validate_trunk_reference],
        help_text="The trunk's id, or a current or former `ST_` id.",
    )
    agentId = filters.UUIDFilter(field_name="agent_id")
    number = NumberAskedFilter(help_text="The full number, in any format; an unescaped + is accepted.")

    class Meta:
        model = PhoneNumber
        fields: list[str] = []

    def by_trunk(self, rows: QuerySet[PhoneNumber], name: str, value: str) -> QuerySet[PhoneNumber]:
        if not value.startswith("ST_"):
            return rows.filter(trunk=UUID(value))
        held = Q(livekit_objects__livekit_id=value) | Q(livekit_aliases__livekit_id=value)
        return rows.filter(trunk__in=Trunk.objects.filter(held).values("pk"))


class AgentFilter(filters.FilterSet):
    """Filters of agents."""

    direction = NamedChoiceFilter(AgentDirection.choices)
    active = TrueOrFalseFilter()
    name = filters.CharFilter(lookup_expr="icontains", help_text="Part of the name.")

    class Meta:
        model = Agent
        fields: list[str] = []


class ProviderKeyFilter(filters.FilterSet):
    """Filters of provider keys."""

    provider = NamedChoiceFilter(KeyProvider.choices)
    name = filters.CharFilter(lookup_expr="icontains", help_text="Part of the name.")

    class Meta:
        model = ProviderKey
        fields: list[str] = []


class KnowledgeFilter(filters.FilterSet):
    """Filters of knowledge sources."""

    status = NamedChoiceFilter(KnowledgeStatus.choices)
    agentId = filters.UUIDFilter(field_name="agents")
    name = filters.CharFilter(lookup_expr="icontains", help_text="Part of the name.")

    class Meta:
        model = KnowledgeSource
        fields: list[str] = []


class ToolFilter(filters.FilterSet):
    """Filters of reusable tools."""

    agentId = filters.UUIDFilter(field_name="agents")
    name = filters.CharFilter(lookup_expr="icontains", help_text="Part of the name.")

    class Meta:
        model = Tool
        fields: list[str] = []


class McpServerFilter(filters.FilterSet):
    """Filters of MCP servers."""

    agentId = filters.UUIDFilter(field_name="agents")
    name = filters.CharFilter(lookup_expr="icontains", help_text="Part of the name.")

    class Meta:
        model = McpServer
        fields: list[str] = []


class AnalysisTemplateFilter(filters.FilterSet):
    """Filters of analysis templates."""

    agentId = filters.UUIDFilter(field_name="agents")
    name = filters.CharFilter(lookup_expr="icontains", help_text="Part of the name.")

    class Meta:
        model = AnalysisTemplate
        fields: list[str] = []
