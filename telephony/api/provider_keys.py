"""`/v1/provider-keys`."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from telephony import selectors
from telephony.api.filters import ProviderKeyFilter
from telephony.api.resource import ResourceViewSet
from telephony.models import ProviderKey
from telephony.services import provider_keys
from telephony.services.errors import Problems
from voxa.core.api.serializers import CamelModelSerializer

F = TypeVar("F", bound=Callable[..., Any])
_TIME = "2026-03-01T09:30:00.000000Z"
_SENT = {"name": "Deepgram, production", "provider": "deepgram", "key": "dg-..."}
_SHOWN = {
    "id": "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2", "name": "Deepgram, production", "provider": "deepgram",
    "baseUrl": "", "region": "", "check": "valid", "checkAnswer": "HTTP 200", "checkedAt": _TIME, "agentCount": 2,
    "rotatedAt": _TIME, "createdAt": _TIME, "updatedAt": _TIME,
}  # fmt: skip


class ProviderKeySerializer(CamelModelSerializer[ProviderKey]):
    """A key of an AI provider that several agents may use."""

    key = serializers.CharField(
        write_only=True,
        trim_whitespace=False,
        max_length=10_000,
        help_text="Never returned. Another one in a change rotates it: the next call of each agent uses it. Of Google "
        "Cloud the JSON file of a service account.",
    )
    base_url = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="For `openai`: the OpenAI-compatible server that alone gets the key. Another URL needs it again.",
    )
    region = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="For `azure`: the region of the resource."
    )
    check = serializers.CharField(
        read_only=True,
        source="provider_check",
        help_text="Result of the last check with the provider: `unverified`, `valid` or `refused`.",
    )
    check_answer = serializers.CharField(
        read_only=True, source="provider_answer", help_text="What the provider answered to the last check."
    )
    checked_at = serializers.DateTimeField(read_only=True, source="provider_checked_at", allow_null=True)
    agent_count = serializers.IntegerField(read_only=True, help_text="How many agents use it.")
    rotated_at = serializers.DateTimeField(read_only=True, help_text="When the key was entered.")

    class Meta:
        model = ProviderKey
        fields = [
            "id", "name", "provider", "key", "base_url", "region", "check", "check_answer", "checked_at",
            "agent_count", "rotated_at", "created_at", "updated_at",
        ]  # fmt: skip


def _operation(name: str, summary: str, description: str = "", answer: Any = _SHOWN, **more: Any) -> Callable[[F], F]:
    codes = ["202"] if name == "check" else None
    examples = [] if answer is None else [OpenApiExample("Answer", answer, response_only=True, status_codes=codes)]
    return extend_schema(
        tags=["Provider keys"], operation_id=f"provider_keys_{name}", summary=summary,
        description=description or f"{summary}.", examples=[*more.pop("examples", []), *examples], **more,
    )  # fmt: skip


def _request(value: Any) -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True)


_CHECK = _operation(
    "check", "Check a provider key", "Asks the provider again, in the background.", request=None,
    responses={202: ProviderKeySerializer},
)  # fmt: skip


@extend_schema_view(
    list=_operation("list", "List provider keys"),
    create=_operation(
        "create",
        "Add a provider key",
        "Stores a key, encrypted, and asks its provider in the background whether it is accepted. Agents use it by "
        "`providerKeyId`. It is sent to its provider only.",
        examples=[_request(_SENT)],
    ),
    retrieve=_operation("retrieve", "Get a provider key"),
    partial_update=_operation(
        "update",
        "Change or rotate a provider key",
        "Another `key` rotates it for every agent that uses it. The provider stays.",
        examples=[_request({"key": "dg-new-..."})],
    ),
    destroy=_operation(
        "destroy", "Delete a provider key", "409 `key_in_use`, with the agents' names, while agents use it.", None
    ),
)
class ProviderKeyViewSet(ResourceViewSet[ProviderKey]):
    """Provider keys."""

    noun = "provider key"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.WORKSPACE_ADMIN
    queryset = ProviderKey.objects.none()
    serializer_class = ProviderKeySerializer
    filterset_class = ProviderKeyFilter

    def get_queryset(self) -> QuerySet[ProviderKey]:
        return selectors.provider_keys(self.workspace)

    def add(self, values: dict[str, Any], problems: Problems) -> ProviderKey:
        return self.found(str(provider_keys.create_key(self.workspace, values, problems=problems).pk))

    def change(self, row: ProviderKey, values: dict[str, Any], problems: Problems) -> ProviderKey:
        return self.found(str(provider_keys.update_key(row, values, problems=problems).pk))

    def remove(self, row: ProviderKey) -> None:
        provider_keys.delete_key(row)

    @_CHECK
    def check(self, request: Request, id: UUID) -> Response:
        provider_keys.request_check(self.found(str(id)))
        return Response(self.shown(self.found(str(id))), status=202)
