"""Native URLs of telephony, under `/v1`."""

from typing import Any

from django.urls import URLPattern, path

from telephony.api.agent_revisions import AgentRevisionViewSet
from telephony.api.agents import AgentViewSet
from telephony.api.analysis_templates import AnalysisTemplateViewSet
from telephony.api.knowledge import KnowledgeViewSet
from telephony.api.mcp_servers import McpServerViewSet
from telephony.api.numbers import NumberViewSet
from telephony.api.provider_keys import ProviderKeyViewSet
from telephony.api.resource import ResourceViewSet
from telephony.api.settings import TelephonySettingsView
from telephony.api.tools import ToolViewSet
from telephony.api.trunks import TrunkViewSet
from telephony.api.voices import VoicesView


def _paths(prefix: str, viewset: type[ResourceViewSet[Any]], kind: str) -> list[URLPattern]:
    return [
        path(prefix, viewset.as_view({"get": "list", "post": "create"})),
        path(
            f"{prefix}/<{kind}:id>",
            viewset.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        ),
    ]


urlpatterns = [
    *_paths("telephony/trunks", TrunkViewSet, "str"),  # a UUID or an ST_ id
    path("telephony/trunks/<str:id>/provision", TrunkViewSet.as_view({"post": "provision"})),
    path("telephony/trunks/<str:id>/pause", TrunkViewSet.as_view({"post": "pause"})),
    path("telephony/trunks/<str:id>/resume", TrunkViewSet.as_view({"post": "resume"})),
    *_paths("telephony/numbers", NumberViewSet, "uuid"),
    *_paths("agents", AgentViewSet, "uuid"),
    path("agents/<uuid:id>/preview", AgentViewSet.as_view({"post": "preview"})),
    path("agents/<uuid:id>/tool-secret", AgentViewSet.as_view({"post": "tool_secret"})),
    path("agents/<uuid:id>/revisions", AgentRevisionViewSet.as_view({"get": "index"})),
    path("agents/<uuid:id>/revisions/<int:number>", AgentRevisionViewSet.as_view({"get": "retrieve"})),
    path("agents/<uuid:id>/revisions/<int:number>/restore", AgentRevisionViewSet.as_view({"post": "restore"})),
    *_paths("knowledge", KnowledgeViewSet, "uuid"),
    path("knowledge/<uuid:id>/refresh", KnowledgeViewSet.as_view({"post": "refresh"})),
    *_paths("tools", ToolViewSet, "uuid"),
    path("tools/<uuid:id>/secret", ToolViewSet.as_view({"post": "secret"})),
    path("tools/<uuid:id>/test", ToolViewSet.as_view({"post": "test"})),
    *_paths("analysis-templates", AnalysisTemplateViewSet, "uuid"),
    *_paths("mcp-servers", McpServerViewSet, "uuid"),
    path("mcp-servers/<uuid:id>/refresh", McpServerViewSet.as_view({"post": "refresh"})),
    *_paths("provider-keys", ProviderKeyViewSet, "uuid"),
    path("provider-keys/<uuid:id>/check", ProviderKeyViewSet.as_view({"post": "check"})),
    path("voices", VoicesView.as_view()),
    path("settings/telephony", TelephonySettingsView.as_view()),
]
