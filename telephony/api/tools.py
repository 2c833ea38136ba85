"""`/v1/tools`."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from telephony import selectors
from telephony.api.agent_serializers import ToolSerializer
from telephony.api.filters import ToolFilter
from telephony.api.knowledge import AgentsField
from telephony.api.reading import read
from telephony.api.resource import ResourceViewSet
from telephony.models import Tool
from telephony.services import tools
from telephony.services.errors import Problems
from telephony.services.tool_test import misfit, try_tool
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer, shared

F = TypeVar("F", bound=Callable[..., Any])
_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
_TIME = "2026-03-01T09:30:00.000000Z"
_SENT = {
    "name": "find_order",
    "description": "Finds an order by its number.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
    "url": "https://api.example.com/voxa/find-order",
    "agentIds": [_ID],
}
_SHOWN = {
    "id": _ID, **_SENT, "body": {}, "hasSecret": True, "warnings": [], "createdAt": _TIME, "updatedAt": _TIME,
}  # fmt: skip


class ReusableToolSerializer(ToolSerializer, CamelModelSerializer[Tool]):
    """An HTTP function that several agents may call."""

    secret = serializers.CharField(
        write_only=True,
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=128,
        help_text="Signs the requests, by Standard Webhooks: `whsec_` and the base64 form of 24 to 64 bytes. Removed "
        "when the URL changes, unless it is sent with the URL; null removes it. Without one nothing is signed.",
    )
    has_secret = serializers.BooleanField(read_only=True, help_text="Whether its requests are signed.")
    agent_ids = AgentsField(source="agents", required=False, max_length=100, help_text="The agents that may call it.")
    warnings = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Side effects of a change, such as the removal of the secret, and placeholders without a default.",
    )

    class Meta:
        model = Tool
        fields = [
            "id", "name", "description", "parameters", "url", "body", "secret", "has_secret", "agent_ids", "warnings",
            "created_at", "updated_at",
        ]  # fmt: skip


class ToolTestSerializer(CamelSerializer):
    """Sample arguments of a test."""

    arguments: Any = serializers.DictField(required=False, help_text="Must fit the tool's `parameters`.")


class ToolTestedSerializer(CamelSerializer):
    """What a test showed."""

    status = serializers.IntegerField(allow_null=True, help_text="HTTP status; null if there was no response.")
    seconds = serializers.FloatField()
    answer = serializers.CharField(help_text="The first 1,000 characters of the response.")
    error = serializers.CharField(help_text="Why there was no response; empty if there was one.")


def _operation(name: str, summary: str, description: str = "", answer: Any = _SHOWN, **more: Any) -> Callable[[F], F]:
    examples = [] if answer is None else [OpenApiExample("Answer", answer, response_only=True)]
    return extend_schema(
        tags=["Tools"], operation_id=f"tools_{name}", summary=summary, description=description or f"{summary}.",
        examples=[*more.pop("examples", []), *examples], **more,
    )  # fmt: skip


def _request(value: Any) -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True)


_SECRET = _operation(
    "secret",
    "Rotate a tool's secret",
    "Returns a new secret that signs the tool's requests (Standard Webhooks). It is not shown again, and the old one "
    "stops working at once.",
    {"secret": "whsec_..."},
    request=None,
    responses={200: inline_serializer("ReusableToolSecret", {"secret": serializers.CharField()})},
)

_TEST = _operation(
    "test",
    "Test a tool",
    "Sends one request with sample arguments, as in a call, and waits for at most 5 s. Its `data` has `test: true`, "
    "and null as `agentId` and `call`; placeholders have no values but their defaults.",
    {"status": 200, "seconds": 0.21, "answer": '{"state": "shipped"}', "error": ""},
    examples=[_request({"arguments": {"order": "1042"}})],
    request=ToolTestSerializer,
    responses={200: ToolTestedSerializer},
)


@extend_schema_view(
    list=_operation("list", "List tools"),
    create=_operation(
        "create",
        "Create a tool",
        "A tool for several agents. Its name is unique in the workspace, and no agent that uses it has a tool of its "
        "own with this name. An agent has at most 20 tools.",
        examples=[_request(_SENT)],
    ),
    retrieve=_operation("retrieve", "Get a tool"),
    partial_update=_operation(
        "update",
        "Update a tool",
        "Counts for all of its agents from their next call of the tool. Another URL removes the secret.",
        examples=[_request({"description": "Finds an order and its delivery.", "agentIds": [_ID]})],
    ),
    destroy=_operation(
        "destroy", "Delete a tool", "409 `tool_in_use`, with the agents' names, while agents use it.", None
    ),
)
class ToolViewSet(ResourceViewSet[Tool]):
    """Reusable tools."""

    noun = "tool"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    queryset = Tool.objects.none()
    serializer_class = ReusableToolSerializer
    filterset_class = ToolFilter

    def get_queryset(self) -> QuerySet[Tool]:
        return selectors.tools(self.workspace)

    def add(self, values: dict[str, Any], problems: Problems) -> Tool:
        return self._fresh(tools.create_tool(self.workspace, values, problems=problems))

    def change(self, row: Tool, values: dict[str, Any], problems: Problems) -> Tool:
        return self._fresh(tools.update_tool(row, values, problems=problems))

    def _fresh(self, saved: Tool) -> Tool:
        shown = self.found(str(saved.pk))
        shown.warnings = saved.warnings
        return shown

    def remove(self, row: Tool) -> None:
        tools.delete_tool(row)

    @_SECRET
    def secret(self, request: Request, id: str) -> Response:
        secret = tools.renew_secret(self.found(str(id)))
        return Response({"secret": secret}, headers={"Cache-Control": "no-store"})

    @_TEST
    def test(self, request: Request, id: str) -> Response:
        tool, problems = self.found(str(id)), Problems()
        arguments = read(shared(ToolTestSerializer), request.data, problems).get("arguments", {})
        if "arguments" not in problems and (wrong := misfit(tool, arguments)):
            problems.add("arguments", f"The arguments do not fit: {wrong}.", "schema")
        problems.raise_any()
        tried = try_tool(tool, arguments)
        return Response(shared(ToolTestedSerializer).to_representation(tried))
