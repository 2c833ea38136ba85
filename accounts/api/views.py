"""The base of every API view: one key, one workspace, one error shape."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from drf_spectacular.plumbing import get_lib_doc_excludes
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSetMixin

from accounts.api import idempotency
from accounts.api.authentication import ApiKeyAuthentication
from accounts.api.permissions import HasScope
from accounts.choices import Scope
from accounts.models import ApiKey, Workspace
from voxa.core.api.errors import ErrorRenderer, render_error
from voxa.core.api.negotiation import JsonNegotiation
from voxa.core.api.pagination import CursorPagination
from voxa.core.api.parsers import StrictJSONParser
from voxa.core.api.schema import ErrorSerializer, WorkspaceSchema
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer, StrictSerializer
from voxa.core.api.throttling import KeyThrottle
from voxa.core.bodies.reader import receive

M = TypeVar("M", bound=Model)


class WorkspaceAPIView(GenericAPIView[M]):
    """A view that acts for the workspace of the API key.

    Subclasses set `read_scope` and `write_scope`; a dialect may set `error_renderer` and, for the
    schema, `error_schema`, `error_statuses` (statuses that its renderer replaces) and `error_descriptions`;
    `extra_error_statuses` documents what only this view answers. Foreign ids are 404 because every `get_queryset`
    starts from `self.workspace`.
    """

    read_scope: ClassVar[Scope] = Scope.WORKSPACE_ADMIN
    write_scope: ClassVar[Scope] = Scope.WORKSPACE_ADMIN
    error_renderer: ClassVar[ErrorRenderer] = render_error

    error_schema: ClassVar[type[Serializer[Any]]] = ErrorSerializer
    extra_error_statuses: ClassVar[tuple[int, ...]] = ()
    error_statuses: ClassVar[Mapping[int, int]] = {}
    error_descriptions: ClassVar[Mapping[int, str]] = {}
    schema = WorkspaceSchema()

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [KeyThrottle]
    parser_classes: list[type[BaseParser]] = [StrictJSONParser]
    content_negotiation_class = JsonNegotiation
    pagination_class = CursorPagination
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    lookup_field = "id"
    lookup_value_converter = "uuid"

    @property
    def api_key(self) -> ApiKey:
        """Return the API key of the request."""
        key = self.request.auth
        assert isinstance(key, ApiKey)  # noqa: S101  # HasScope requires a key
        return key

    @property
    def workspace(self) -> Workspace:
        """Return the workspace of the API key."""
        return self.api_key.workspace

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        receive(request._request.META, self.api_key.pk)
        if request.method == "POST":
            idempotency.begin(request, self.workspace)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.Replay):
            return exc.response
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"  # the response is for this key only and may have a secret shown once
        idempotency.finish(request, response)
        return response


class WorkspaceViewSet(ViewSetMixin, WorkspaceAPIView[M]):
    """The same for a router: `list`, `create`, `retrieve`, ... as methods."""


def undescribed_classes() -> list[type]:
    """Return the base classes whose docstrings do not describe an operation."""
    shapes = [StrictSerializer, CamelSerializer, CamelModelSerializer]
    return [*get_lib_doc_excludes(), *shapes, WorkspaceViewSet, WorkspaceAPIView]  # type: ignore[no-untyped-call]
