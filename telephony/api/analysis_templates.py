"""`/v1/analysis-templates`. Their test is in `calls.api`: it reads calls."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers

from accounts.choices import Scope
from telephony import selectors
from telephony.api.docs import operations
from telephony.api.filters import AnalysisTemplateFilter
from telephony.api.knowledge import AgentsField
from telephony.api.resource import ResourceViewSet
from telephony.models import AnalysisTemplate
from telephony.services import analysis_templates
from telephony.services.errors import Problems
from voxa.core.api.serializers import CamelModelSerializer

_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
_TIME = "2026-03-01T09:30:00.000000Z"
_FIELD = {"type": "boolean", "description": "Whether the caller wants to be called back."}
_SENT = {
    "name": "Callbacks",
    "schema": {"type": "object", "properties": {"callBack": _FIELD}, "required": ["callBack"]},
}
_SHOWN = {"id": _ID, **_SENT, "agentIds": [_ID], "createdAt": _TIME, "updatedAt": _TIME}


class AnalysisTemplateSerializer(CamelModelSerializer[AnalysisTemplate]):
    """What to extract from the calls of several agents."""

    schema: Any = serializers.DictField(help_text="JSON schema of the fields to extract from each call, an object.")
    agent_ids = AgentsField(source="agents", read_only=True, help_text="Agents with it as `analysisTemplateId`.")

    class Meta:
        model = AnalysisTemplate
        fields = ["id", "name", "schema", "agent_ids", "created_at", "updated_at"]


@extend_schema_view(
    **operations(
        "an analysis template",
        "analysis templates",
        _SENT,
        {"name": "Callbacks and orders"},
        _SHOWN,
        {
            "create": "A template for several agents, which choose it by `analysisTemplateId`. Its name is unique in "
            "the workspace.",
            "partial_update": "Counts for each call that is analyzed from then on, of all agents that chose it.",
            "destroy": "409 `analysis_template_in_use`, with the agents' names, while agents use it.",
        },
        stem="analysis_templates",
    )
)
class AnalysisTemplateViewSet(ResourceViewSet[AnalysisTemplate]):
    """Analysis templates."""

    noun = "analysis template"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    queryset = AnalysisTemplate.objects.none()
    serializer_class = AnalysisTemplateSerializer
    filterset_class = AnalysisTemplateFilter

    def get_queryset(self) -> QuerySet[AnalysisTemplate]:
        return selectors.analysis_templates(self.workspace)

    def add(self, values: dict[str, Any], problems: Problems) -> AnalysisTemplate:
        made = analysis_templates.create_template(self.workspace, values, problems=problems)
        return self.found(str(made.pk))

    def change(self, row: AnalysisTemplate, values: dict[str, Any], problems: Problems) -> AnalysisTemplate:
        return self.found(str(analysis_templates.update_template(row, values, problems=problems).pk))

    def remove(self, row: AnalysisTemplate) -> None:
        analysis_templates.delete_template(row)
