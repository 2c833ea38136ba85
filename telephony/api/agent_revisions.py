"""`/v1/agents/{id}/revisions`."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceViewSet
from accounts.choices import Scope
from accounts.models.history import Noted
from telephony import selectors
from telephony.api.agent_serializers import AgentSerializer
from telephony.api.docs import AGENT_ANSWER
from telephony.api.reading import json_names, read
from telephony.models import Agent
from telephony.services import agent_revisions
from telephony.services.errors import Problems
from voxa.core.api.names import camel
from voxa.core.api.serializers import CamelSerializer, shared
from voxa.core.lookup import only_row

SHOWN = 200
HIGHEST = 2**31 - 1
_NUMBER = OpenApiParameter("number", OpenApiTypes.INT, "path", description="The revision's number.")
_SINCE = OpenApiParameter(
    "since", OpenApiTypes.INT, description="The revision to compare with. Without it, the one before."
)
_REVISION = {
    "number": 7,
    "createdAt": "2026-03-01T09:30:00.000000Z",
    "author": "API key vx_live_3kf9… (Website)",
    "note": "Warmer greeting.",
    "changed": ["greeting"],
}
_CHANGE = {"field": "greeting", "before": "Hello.", "after": "Good morning!"}


def _answers(value: Any) -> OpenApiExample:
    return OpenApiExample("Answer", value, response_only=True)


class RevisionSerializer(CamelSerializer):
    """A save of an agent."""

    number = serializers.IntegerField(help_text="1 for the first save.")
    created_at = serializers.DateTimeField()
    author = serializers.CharField(help_text="The person or API key that saved it.")
    note = serializers.CharField(allow_blank=True)
    changed = serializers.ListField(child=serializers.CharField(), help_text="The fields that changed.")


class RevisionsSerializer(CamelSerializer):
    """The newest 200 revisions of an agent, newest first."""

    results = RevisionSerializer(many=True)


class ChangeSerializer(CamelSerializer):
    """A field that differs between two revisions."""

    field = serializers.CharField()
    before: Any = serializers.JSONField(allow_null=True)
    after: Any = serializers.JSONField(allow_null=True)


class ComparedSerializer(RevisionSerializer):
    """A revision with its changes."""

    changes = ChangeSerializer(many=True)


class RestoreSerializer(CamelSerializer):
    """Why a revision is restored."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=Noted.LONGEST_NOTE)


class AgentRevisionViewSet(WorkspaceViewSet[Agent]):
    """The revisions of an agent."""

    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    queryset = Agent.objects.none()

    def get_queryset(self) -> QuerySet[Agent]:
        return selectors.agents(self.workspace)

    @extend_schema(
        tags=["Agents"],
        operation_id="agents_revisions",
        summary="List an agent's revisions",
        description="Each save of an agent is a revision. The list has the newest 200, newest first.",
        responses={200: RevisionsSerializer},
        examples=[_answers({"results": [_REVISION]})],
    )
    def index(self, request: Request, id: str) -> Response:
        shown = agent_revisions.listed(self._agent(id), SHOWN)
        return Response({"results": [_json(row, changes) for row, changes in shown]})

    @extend_schema(
        tags=["Agents"],
        operation_id="agents_revisions_compare",
        summary="Compare two revisions of an agent",
        description="Returns a revision and each field that differs from an earlier or later one.",
        parameters=[_NUMBER, _SINCE],
        responses={200: ComparedSerializer},
        examples=[_answers({**_REVISION, "changes": [_CHANGE]})],
    )
    def retrieve(self, request: Request, id: str, number: int) -> Response:
        agent, text = self._agent(id), request.query_params.get("since", "")
        if text and not (text.isascii() and text.isdigit()):
            raise serializers.ValidationError({"since": ["Enter the number of a revision."]}, "invalid")
        row, since = self._revision(agent, number), int(text[:10]) if text else number - 1
        found = agent_revisions.changes(self._revision(agent, since) if since else None, row)
        changes = [{"field": camel(one.field), "before": one.before, "after": one.after} for one in found]
        return Response({**_json(row, found), "changes": changes})

    @extend_schema(
        tags=["Agents"],
        operation_id="agents_revisions_restore",
        summary="Restore a revision of an agent",
        description="Saves the agent as it was, which makes a new revision. The provider key is no part of a revision: "
        "it stays, unless the provider or a URL that receives it changes. Then it is removed.",
        parameters=[_NUMBER],
        request=RestoreSerializer,
        responses={200: AgentSerializer},
        examples=[
            OpenApiExample("Request", {"note": "The new greeting was too long."}, request_only=True),
            _answers(AGENT_ANSWER),
        ],
    )
    def restore(self, request: Request, id: str, number: int) -> Response:
        agent, problems = self._agent(id), Problems()
        row = self._revision(agent, number)
        note = read(shared(RestoreSerializer), request.data, problems).get("note") or f"Restored revision {number}."
        with json_names(shared(AgentSerializer)):
            saved = agent_revisions.restore(agent, row, note, problems)
        shown = self._agent(id)
        shown.warnings = saved.warnings
        return Response(shared(AgentSerializer).to_representation(shown))

    def _agent(self, id: str) -> Agent:
        agent = only_row(self.get_queryset().filter(pk=id))
        if agent is None:
            raise NotFound("There is no such agent in this workspace.")
        return agent

    def _revision(self, agent: Agent, number: int) -> Any:
        row = agent_revisions.revision(agent, number) if number <= HIGHEST else None
        if row is None:
            raise NotFound(f"The agent has no revision {number}.")
        return row


def _json(row: Any, changes: list[agent_revisions.Change]) -> dict[str, Any]:
    return {
        "number": row.number,
        "createdAt": row.history_date,
        "author": agent_revisions.author_of(row),
        "note": row.note,
        "changed": [camel(change.field) for change in changes],
    }
