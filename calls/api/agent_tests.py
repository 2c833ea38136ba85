"""`/v1/agents/{id}/test-sessions` and `/v1/test-sessions/{id}`."""

from typing import Any, TypeVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceViewSet
from accounts.choices import Scope
from calls.agent_tests.sessions import access, end_test, start_test
from calls.api.worker_serializers import MeasuresSerializer
from calls.choices import Speaker
from calls.models import AgentTest, TestMedium, TestStatus
from telephony import selectors as telephony
from telephony.api.reading import read
from telephony.models import Agent
from telephony.services.errors import Problems
from voxa.core.api.schema import ErrorSerializer
from voxa.core.api.serializers import CamelSerializer, MomentField, NamedChoiceField, shared
from voxa.core.lookup import only_row

R = TypeVar("R")
_ID, _TIME = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2", "2026-03-01T09:30:00.000000Z"
_SEARCHED = {
    "tool": "search_knowledge", "ok": True, "httpStatus": None, "sources": ["Handbook: page 4"],
    "searchedBy": "meaning", "seconds": 0.1,
}  # fmt: skip
_TEST = {
    "id": _ID, "agentId": _ID, "agentRevision": 3, "medium": "voice", "status": "ended", "reason": "hung_up",
    "detail": "", "transcript": [
        {
            "speaker": "agent", "text": "Six.", "startedAt": _TIME, "endedAt": _TIME, "interrupted": False,
            "latencySeconds": 0.84,
        },
    ],
    "tools": [{"tool": "find_order", "ok": True, "httpStatus": 200, "seconds": 0.2}, _SEARCHED],
    "measures": {"turns": 1}, "createdAt": _TIME, "joinedAt": _TIME, "expiresAt": _TIME, "endedAt": _TIME,
}  # fmt: skip
_STARTED = {**_TEST, "status": "waiting", "transcript": [], "tools": [], "measures": {}, "joinedAt": None,
            "endedAt": None, "agentRevision": None, "reason": "",
            "room": f"test-{_ID}", "url": "wss://livekit.example.com", "token": "eyJhbGciOi..."}  # fmt: skip


class StartTestSerializer(CamelSerializer):
    """How to talk, and values for the placeholders of the agent's texts."""

    medium = NamedChoiceField(TestMedium.choices, required=False, help_text="Default: `voice`.")
    variables: Any = serializers.JSONField(required=False)


class TestTurnSerializer(CamelSerializer):
    """One turn. `latencySeconds`, of the agent's, is from the tester's last word to the agent's first."""

    speaker = NamedChoiceField(Speaker.choices)
    text = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    interrupted = serializers.BooleanField()
    latency_seconds = serializers.FloatField(allow_null=True)


class TestToolSerializer(CamelSerializer):
    """A tool that the agent used."""

    tool = serializers.CharField()
    ok = serializers.BooleanField()
    http_status = serializers.IntegerField(allow_null=True)
    seconds = serializers.FloatField()
    message = serializers.CharField(required=False)
    sources = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="The documents that a search found, with page or heading.",
    )
    searched_by = serializers.CharField(required=False, help_text="How it was searched: `meaning` or `words`.")


class TestSessionSerializer(CamelSerializer):
    """A test conversation with an agent. It is not a call."""

    id = serializers.UUIDField()
    agent_id = serializers.UUIDField()
    agent_revision = serializers.IntegerField(allow_null=True)
    medium = NamedChoiceField(TestMedium.choices)
    status = NamedChoiceField(TestStatus.choices)
    reason = serializers.CharField(help_text="Why it ended; empty before.")
    detail = serializers.CharField()
    transcript = TestTurnSerializer(many=True)
    tools = TestToolSerializer(many=True)
    measures = MeasuresSerializer()
    created_at = MomentField()
    joined_at = MomentField(allow_null=True)
    expires_at = MomentField(help_text="When it ends at the latest.")
    ended_at = MomentField(allow_null=True)


class StartedTestSerializer(TestSessionSerializer):
    """A test conversation, with what a LiveKit client needs to join it."""

    room = serializers.CharField()
    url = serializers.CharField(help_text="Of the LiveKit server, as browsers reach it.")
    token = serializers.CharField(help_text="For this room alone. It must be used within 2 minutes.")


_PATH = OpenApiParameter("id", OpenApiTypes.UUID, "path")


def _example(answer: dict[str, Any], status: str) -> list[OpenApiExample]:
    return [OpenApiExample("Response", answer, response_only=True, status_codes=[status])]


class TestSessionViewSet(WorkspaceViewSet[AgentTest]):
    """Test conversations of agents."""

    __test__ = False
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    queryset = AgentTest.objects.none()
    serializer_class = TestSessionSerializer

    def get_queryset(self) -> QuerySet[AgentTest]:
        return AgentTest.objects.filter(workspace=self.workspace).select_related("project")

    def _agent(self, id: str) -> Agent:
        return _or_404(only_row(telephony.agents(self.workspace).filter(pk=id)), "agent")

    def _found(self, id: str) -> AgentTest:
        return _or_404(only_row(self.get_queryset().filter(pk=id)), "test conversation")

    @extend_schema(
        tags=["Agents"],
        operation_id="agents_test_sessions_list",
        summary="List test conversations of an agent",
        description="Newest first, as long as the workspace keeps its calls.",
        parameters=[_PATH],
        examples=_example(_TEST, "200"),
    )
    def list(self, request: Request, id: str) -> Response:
        agent = self._agent(id)
        page = self.paginate_queryset(self.get_queryset().filter(agent=agent)) or []
        return self.get_paginated_response([session_json(test) for test in page])

    @extend_schema(
        tags=["Agents"],
        operation_id="agents_test_sessions_create",
        summary="Start a test conversation",
        description="Opens a LiveKit room in which the agent talks with one person, by microphone or in writing, "
        "without a carrier. Join it with a LiveKit client. It counts as no call and ends after 10 minutes. A workspace "
        "has at most 5 at once and 60 an hour (409 `too_many_tests`).",
        parameters=[_PATH],
        request=StartTestSerializer,
        responses={
            201: StartedTestSerializer,
            503: OpenApiResponse(ErrorSerializer, description="LiveKit is not configured or unreachable."),
        },
        examples=[
            OpenApiExample("Request", {"medium": "voice", "variables": {"name": "Ada"}}, request_only=True),
            *_example(_STARTED, "201"),
        ],
    )
    def create(self, request: Request, id: str) -> Response:
        agent, problems = self._agent(id), Problems()
        values = read(shared(StartTestSerializer), request.data, problems)
        test = start_test(agent, key=self.api_key, problems=problems, **values)
        return Response({**session_json(test), **access(test)}, status=201)

    @extend_schema(
        tags=["Agents"],
        operation_id="test_sessions_retrieve",
        summary="Get a test conversation",
        description="With its transcript so far.",
        parameters=[_PATH],
        examples=_example(_TEST, "200"),
    )
    def retrieve(self, request: Request, id: str) -> Response:
        return Response(session_json(self._found(id)))

    @extend_schema(
        tags=["Agents"],
        operation_id="test_sessions_end",
        summary="End a test conversation",
        description="Closes its room. Without effect if it has ended.",
        parameters=[_PATH],
        responses={204: None},
    )
    def end(self, request: Request, id: str) -> Response:
        end_test(self._found(id))
        return Response(status=204)


def _or_404(row: R | None, noun: str) -> R:
    if row is None:
        raise NotFound(f"The workspace has no such {noun}.")
    return row


def session_json(test: AgentTest) -> dict[str, Any]:
    """Return the payload."""
    turns = [{**turn, "latencySeconds": turn.get("latencySeconds")} for turn in test.transcript]
    return {
        "id": str(test.pk),
        "agentId": str(test.agent_id),
        "agentRevision": test.agent_revision,
        "medium": test.medium,
        "status": test.status,
        "reason": test.reason,
        "detail": test.detail,
        "transcript": [{name: value for name, value in turn.items() if name != "id"} for turn in turns],
        "tools": test.tools,
        "measures": test.measures,
        **{
            name: moment and MomentField().to_representation(moment)
            for name, moment in {
                "createdAt": test.created_at,
                "joinedAt": test.joined_at,
                "expiresAt": test.expires_at,
                "endedAt": test.ended_at,
            }.items()
        },
    }
