"""`/v1/knowledge`."""

from collections.abc import Callable, Mapping
from typing import IO, Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from telephony import selectors
from telephony.api.filters import KnowledgeFilter
from telephony.api.resource import ResourceViewSet
from telephony.models import KnowledgeSource
from telephony.services.errors import Problems
from telephony.services.knowledge import sources
from voxa.core.api.parsers import StrictJSONParser, bad_text
from voxa.core.api.serializers import CamelModelSerializer, shared

F = TypeVar("F", bound=Callable[..., Any])
_ID = "7f1de0f5-6f0c-4f0f-9a38-0b7cf1f5f0d2"
_TIME = "2026-03-01T09:30:00.000000Z"
_SHOWN = {
    "id": _ID, "name": "Price list", "kind": "file", "url": "", "filename": "prices.pdf", "format": "pdf",
    "size": 48_213, "agentIds": [_ID], "status": "ready", "error": "", "passages": 31, "searchedBy": "meaning",
    "readAt": _TIME, "createdAt": _TIME, "updatedAt": _TIME,
}  # fmt: skip


class UploadParser(MultiPartParser):
    """Parse a form with a file into plain values: `agentIds` is a list, `file` an `Upload`."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        form = super().parse(stream, media_type, parser_context)
        found: dict[str, Any] = {}
        for name, values in form.data.lists():
            if name != "agentIds" and len(values) > 1:
                raise ParseError(f"The form has the field {name} twice.")
            found[name] = values if name == "agentIds" else values[0]
        for name, files in form.files.lists():
            if len(files) > 1:
                raise ParseError("Send one file for each source.")
            found[name] = {"filename": files[0].name, "content": files[0].read()}
        if wrong := {path: [words] for path, words in bad_text(found, "")}:
            raise serializers.ValidationError(wrong)
        return found


@extend_schema_field(OpenApiTypes.BINARY)
class UploadField(serializers.Field[Any, Any, Any, Any]):
    """A file of a form."""

    def to_internal_value(self, data: Any) -> sources.Upload:
        if not isinstance(data, dict) or not isinstance(data.get("content"), bytes):
            raise serializers.ValidationError("Send the file as multipart/form-data.", "invalid")
        return sources.Upload(data["filename"] or "", data["content"])


class AgentsField(serializers.ListField):
    """The ids of agents."""

    child = serializers.UUIDField()

    def to_representation(self, data: Any) -> list[str]:
        return [str(agent.pk) for agent in data.all()]


class KnowledgeSerializer(CamelModelSerializer[KnowledgeSource]):
    """A file or page that agents can search."""

    name = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Named as the source of an answer. Default: the file's name or the URL.",
    )
    url = serializers.CharField(
        required=False,
        max_length=2_000,
        allow_blank=True,
        help_text="The https URL of a page, or of a PDF, Markdown or text file. It needs no login.",
    )
    agent_ids = AgentsField(source="agents", required=False, max_length=100, help_text="The agents that can search it.")
    error = serializers.CharField(
        read_only=True, help_text="Why it failed or is searched by words only, and what to do."
    )
    passages = serializers.IntegerField(read_only=True, source="passage_count")
    searched_by = serializers.CharField(
        read_only=True,
        help_text="`meaning` (and words), or `words` where the AI provider has no embeddings; empty until it is read.",
    )

    class Meta:
        model = KnowledgeSource
        fields = [
            "id", "name", "kind", "url", "filename", "format", "size", "agent_ids", "status", "error", "passages",
            "searched_by", "read_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["kind", "filename", "format", "size", "status", "read_at"]


class NewKnowledgeSerializer(KnowledgeSerializer):
    """A page, or as a form a file."""

    file = UploadField(required=False, write_only=True, help_text="PDF, HTML, Markdown or text, at most 10 MB.")

    class Meta(KnowledgeSerializer.Meta):
        fields = [*KnowledgeSerializer.Meta.fields, "file"]


def _operation(name: str, summary: str, description: str = "", answer: Any = _SHOWN, **more: Any) -> Callable[[F], F]:
    examples = [] if answer is None else [OpenApiExample("Answer", answer, response_only=True)]
    return extend_schema(
        tags=["Knowledge"], operation_id=f"knowledge_{name}", summary=summary, description=description or f"{summary}.",
        examples=[*more.pop("examples", []), *examples], **more,
    )  # fmt: skip


def _request(value: Any, media_type: str = "application/json") -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True, media_type=media_type)


_REFRESH = _operation(
    "refresh", "Read a knowledge source again", "Its passages stay searchable until then.", request=None
)


@extend_schema_view(
    list=_operation("list", "List knowledge sources"),
    create=_operation(
        "create",
        "Add a knowledge source",
        "Send a page's `url` as JSON, or a `file` as multipart/form-data. It is `queued`, `reading`, then `ready` or "
        "`failed` with `error`. A workspace has at most 100 sources, an agent 20.",
        request={"application/json": KnowledgeSerializer, "multipart/form-data": NewKnowledgeSerializer},
        responses={201: KnowledgeSerializer},
        examples=[_request({"url": "https://www.example.com/faq", "agentIds": [_ID]})],
    ),
    retrieve=_operation("retrieve", "Get a knowledge source"),
    partial_update=_operation(
        "update",
        "Update a knowledge source",
        "Changes name, URL or agents. It is read again if the URL is another one.",
        examples=[_request({"name": "Price list", "agentIds": [_ID]})],
    ),
    destroy=_operation("destroy", "Delete a knowledge source", answer=None),
)
class KnowledgeViewSet(ResourceViewSet[KnowledgeSource]):
    """Knowledge sources."""

    noun = "knowledge source"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    queryset = KnowledgeSource.objects.none()
    serializer_class = KnowledgeSerializer
    filterset_class = KnowledgeFilter
    parser_classes: list[type[BaseParser]] = [StrictJSONParser, UploadParser]

    def get_queryset(self) -> QuerySet[KnowledgeSource]:
        return selectors.knowledge(self.workspace)

    @property
    def reader(self) -> serializers.Serializer[Any]:
        return shared(NewKnowledgeSerializer if self.request.method == "POST" else KnowledgeSerializer)

    def add(self, values: dict[str, Any], problems: Problems) -> KnowledgeSource:
        made = sources.create_source(self.workspace, values, values.pop("file", None), problems=problems)
        return self.found(str(made.pk))

    def change(self, row: KnowledgeSource, values: dict[str, Any], problems: Problems) -> KnowledgeSource:
        sources.update_source(row, values, problems=problems)
        return self.found(str(row.pk))

    def remove(self, row: KnowledgeSource) -> None:
        sources.delete_source(row)

    @_REFRESH
    def refresh(self, request: Request, id: UUID) -> Response:
        row = self.found(str(id))
        sources.refresh(row)
        return Response(self.shown(row))
