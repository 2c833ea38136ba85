"""`/schema` and `/docs`."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response


@cache
def public_schema() -> dict[str, Any]:
    """Return the whole schema, made once a process."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


class SchemaView(SpectacularAPIView):
    """The schema as YAML, or JSON where asked for by `?format=json` or Accept."""

    throttle_classes = ()

    def _get_schema_response(self, request: Request) -> Response:
        return Response(public_schema())


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files; its script is a request of its own, so the CSP holds."""

    throttle_classes = ()
