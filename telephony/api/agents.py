"""`/v1/agents`."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from telephony import selectors
from telephony.api.agent_serializers import AgentSerializer, PreviewedSerializer, PreviewSerializer
from telephony.api.docs import AGENTS, PREVIEW, TOOL_SECRET
from telephony.api.filters import AgentFilter
from telephony.api.reading import read
from telephony.api.resource import ResourceViewSet
from telephony.models import Agent
from telephony.services import agents
from telephony.services.agent_overrides import preview
from telephony.services.errors import Problems
from telephony.services.tool_secrets import renew_tool_secret
from voxa.core.api.serializers import shared


@AGENTS
class AgentViewSet(ResourceViewSet[Agent]):
    """Agents."""

    noun = "agent"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    queryset = Agent.objects.none()
    serializer_class = AgentSerializer
    filterset_class = AgentFilter

    def get_queryset(self) -> QuerySet[Agent]:
        return selectors.agents(self.workspace)

    def add(self, values: dict[str, Any], problems: Problems) -> Agent:
        return self._shown(agents.create_agent(self.workspace, values, problems=problems))

    def change(self, row: Agent, values: dict[str, Any], problems: Problems) -> Agent:
        return self._shown(agents.update_agent(row, values, problems=problems))

    def remove(self, row: Agent) -> None:
        agents.delete_agent(row)

    @TOOL_SECRET
    def tool_secret(self, request: Request, id: str) -> Response:
        secret = renew_tool_secret(self.found(id))
        return Response({"secret": secret}, headers={"Cache-Control": "no-store"})

    @PREVIEW
    def preview(self, request: Request, id: str) -> Response:
        agent, problems = self.found(id), Problems()
        values = read(shared(PreviewSerializer), request.data, problems)
        shown = preview(agent, values.get("variables", {}), values.get("agent_overrides", {}), problems)
        return Response(shared(PreviewedSerializer).to_representation(shown))

    def _shown(self, saved: Agent) -> Agent:
        """Return an agent as in lists, with whether it has a secret, but not the secret, and with its warnings."""
        fresh = self.found(str(saved.pk))
        fresh.warnings = saved.warnings
        return fresh
