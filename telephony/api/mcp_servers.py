"""`/v1/mcp-servers`."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from telephony import selectors
from telephony.api.filters import McpServerFilter
from telephony.api.knowledge import AgentsField
from telephony.api.resource import ResourceViewSet
from telephony.models import McpServer
from telephony.models.abilities import MOST_TOOLS
from telephony.models.mcp_server import LONGEST_NAME
from telephony.services.errors import Problems
from telephony.services.mcp import servers
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer

F = TypeVar("F", bound=Callable[..., Any])
_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
_TIME = "2026-03-01T09:30:00.000000Z"
_TOOL = {
    "tool": "find-contact", "name": "crm__find_contact", "description": "Finds a contact.",
    "parameters": {"type": "object", "properties": {"name": {"type": "string"}}}, "problem": "",
}  # fmt: skip
_SENT = {
    "name": "crm",
    "url": "https://mcp.example.com/mcp",
    "headers": {"Authorization": "Bearer ..."},
    "allowedTools": ["find-contact"],
    "agentIds": [_ID],
}
_SHOWN = {
    "id": _ID, **{name: value for name, value in _SENT.items() if name != "headers"}, "hasHeaders": True,
    "enabled": True, "tools": [_TOOL], "listedAt": _TIME, "error": "", "warnings": [], "createdAt": _TIME,
    "updatedAt": _TIME,
}  # fmt: skip


class McpToolSerializer(CamelSerializer):
    """A tool as the server listed it."""

    tool = serializers.CharField(help_text="The server's name of it.")
    name = serializers.CharField(help_text="The name for language models.")
    description = serializers.CharField()
    parameters: Any = serializers.DictField()
    problem = serializers.CharField(help_text="Why it cannot be offered; empty if it can.")


class McpServerSerializer(CamelModelSerializer[McpServer]):
    """A server whose tools agents may call."""

    headers: Any = serializers.DictField(
        child=serializers.CharField(max_length=4_000),
        write_only=True,
        required=False,
        allow_null=True,
        help_text="HTTP headers of each request, such as Authorization. Stored encrypted and never shown. Removed when "
        "the URL changes, unless they are sent with the URL; null removes them.",
    )
    has_headers = serializers.BooleanField(read_only=True, help_text="Whether headers are stored.")
    allowed_tools: Any = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME),
        required=False,
        max_length=MOST_TOOLS,
        help_text="The server's names of the tools that agents may call. Only these are offered.",
    )
    agent_ids = AgentsField(source="agents", required=False, max_length=100, help_text="The agents that may call them.")
    tools = McpToolSerializer(many=True, read_only=True)
    warnings = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Side effects of a change, such as the removal of the headers.",
    )

    class Meta:
        model = McpServer
        fields = [
            "id", "name", "url", "headers", "has_headers", "allowed_tools", "enabled", "agent_ids", "tools",
            "listed_at", "error", "warnings", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["listed_at", "error"]


def _operation(name: str, summary: str, description: str = "", answer: Any = _SHOWN, **more: Any) -> Callable[[F], F]:
    examples = [] if answer is None else [OpenApiExample("Answer", answer, response_only=True)]
    return extend_schema(
        tags=["MCP servers"], operation_id=f"mcp_servers_{name}", summary=summary,
        description=description or f"{summary}.", examples=[*more.pop("examples", []), *examples], **more,
    )  # fmt: skip


def _request(value: Any) -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True)


_REFRESH = _operation(
    "refresh",
    "List an MCP server's tools again",
    "A background worker lists them; see `listedAt` and `error` of the server.",
    request=None,
    responses={200: McpServerSerializer},
)


@extend_schema_view(
    list=_operation("list", "List MCP servers"),
    create=_operation(
        "create",
        "Create an MCP server",
        "Its tools are listed in the background. Agents call those in `allowedTools`, under the name `NAME__TOOL`.",
        examples=[_request(_SENT)],
    ),
    retrieve=_operation("retrieve", "Get an MCP server"),
    partial_update=_operation(
        "update",
        "Update an MCP server",
        "Another URL removes the headers and the listed tools.",
        examples=[_request({"allowedTools": ["find-contact"]})],
    ),
    destroy=_operation(
        "destroy", "Delete an MCP server", "409 `mcp_server_in_use`, with the agents' names, while agents use it.", None
    ),
)
class McpServerViewSet(ResourceViewSet[McpServer]):
    """MCP servers."""

    noun = "MCP server"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    queryset = McpServer.objects.none()
    serializer_class = McpServerSerializer
    filterset_class = McpServerFilter

    def get_queryset(self) -> QuerySet[McpServer]:
        return selectors.mcp_servers(self.workspace)

    def add(self, values: dict[str, Any], problems: Problems) -> McpServer:
        return self.found(str(servers.create_server(self.workspace, values, problems=problems).pk))

    def change(self, row: McpServer, values: dict[str, Any], problems: Problems) -> McpServer:
        saved = servers.update_server(row, values, problems=problems)
        shown = self.found(str(saved.pk))
        shown.warnings = saved.warnings
        return shown

    def remove(self, row: McpServer) -> None:
        servers.delete_server(row)

    @_REFRESH
    def refresh(self, request: Request, id: str) -> Response:
        servers.refresh(self.found(str(id)))
        return Response(self.shown(self.found(str(id))))
