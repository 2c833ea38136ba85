"""`/v1/agents`."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from telephony import selectors
from telephony.api.agent_serializers import AgentSerializer
from telephony.api.docs import AGENTS, TOOL_SECRET
from telephony.api.filters import AgentFilter
from telephony.api.resource import ResourceViewSet
from telephony.models import Agent
from telephony.services import agents
from telephony.services.errors import Problems
from telephony.services.tool_secrets import renew_tool_secret


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
        return self.fresh(agents.create_agent(self.workspace, values, problems=problems))

    def change(self, row: Agent, values: dict[str, Any], problems: Problems) -> Agent:
        changed = agents.update_agent(row, values, problems=problems)
        fresh = self.fresh(changed)
        fresh.warnings = changed.warnings
        return fresh

    def remove(self, row: Agent) -> None:
        agents.delete_agent(row)

    @TOOL_SECRET
    def tool_secret(self, request: Request, id: str) -> Response:
        secret = renew_tool_secret(self.found(id))
        return Response({"secret": secret}, headers={"Cache-Control": "no-store"})

    def fresh(self, agent: Agent) -> Agent:
        """Return an agent as in lists, with whether it has a secret, but not the secret."""
        return self.found(str(agent.pk))
