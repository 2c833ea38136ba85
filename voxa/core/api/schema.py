"""Common parts of all operations in the OpenAPI schema: API key, errors, headers."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, PolymorphicProxySerializer
from rest_framework import serializers

REQUEST_ID = {"description": "Identifies this request in our logs.", "schema": {"type": "string"}}
RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A new key for each action. Repeating a request with the same key returns the first response.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "0b1f4c1e-6e1c-4d0e-9b0e-0d6a3c1f7d52",
}
_SAID = {
    400: "The request is invalid; `details` lists each wrong field.",
    401: "The API key is missing, unknown, expired or revoked.",
    403: "The API key lacks the scope.",
    404: "Not found in this workspace.",
    409: "The request conflicts with existing data, or one with this Idempotency-Key is still in progress.",
    413: "The body is larger than 1 MiB.",
    415: "The body is not JSON.",
    422: "The Idempotency-Key was used for another request.",
    429: "Too many requests with this key; wait for the seconds in `Retry-After`.",
}


class ErrorDetailSerializer(serializers.Serializer[Any]):
    """One wrong field."""

    field = serializers.CharField(
        allow_null=True, help_text="Path such as `gateways[0].port`; null for the body as a whole."
    )
    code = serializers.CharField(help_text="For programs, such as `required`.")
    message = serializers.CharField(help_text="For people: what to do.")


class ErrorContentSerializer(serializers.Serializer[Any]):
    """The error."""

    code = serializers.CharField(help_text="For programs, such as `validation_error`.")
    message = serializers.CharField(help_text="For people: what to do.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    details = ErrorDetailSerializer(many=True)


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error has this shape."""

    error = ErrorContentSerializer()


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `ApiKeyAuthentication`."""

    target_class = "accounts.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vx_live_…", "description": "An API key."}


class WorkspaceSchema(AutoSchema):
    """Adds common errors, in the shape of the view's `error_schema`, and the headers."""

    view: Any  # a WorkspaceAPIView, which this module cannot import

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        if self.method == "POST":
            parameters.append(self._shared("IdempotencyKey", ResolvedComponent.PARAMETER, IDEMPOTENCY_KEY))
        return parameters

    def _get_request_body(self, direction: Direction = "request") -> dict[str, Any] | None:
        body: dict[str, Any] | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        if body and isinstance(self.get_request_serializer(), PolymorphicProxySerializer):
            body["required"] = True
        return body

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        """Document that a response has every field, including those that are optional in a request."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "response" and _is_of_model(serializer):
            schema["required"] = sorted(schema["properties"])
        return schema

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        request_id = self._shared("X-Request-Id", ResolvedComponent.HEADER, REQUEST_ID)
        for status in self._error_statuses():
            answered = self.view.error_statuses.get(status, status)
            bodies.setdefault(str(answered), self._error(answered))
        for body in bodies.values():
            if "$ref" not in body:
                body.setdefault("headers", {})["X-Request-Id"] = request_id
        return dict(sorted(bodies.items()))

    def _error_statuses(self) -> Iterator[int]:
        yield from (401, 403, 429, *self.view.extra_error_statuses)
        if self.method in ("POST", "PUT", "PATCH"):
            yield from (400, 409, 413, 415)
        if self.method == "POST":
            yield 422
        if self.method == "DELETE":
            yield 409
        if self._is_list_view():
            yield 400
        if "{" in self.path:
            yield 404

    def _error(self, status: int) -> dict[str, Any]:
        serializer = self.view.error_schema
        component = self.resolve_serializer(serializer, "response")
        headers = {"X-Request-Id": self._shared("X-Request-Id", ResolvedComponent.HEADER, REQUEST_ID)}
        if status == 429:
            headers["Retry-After"] = self._shared("Retry-After", ResolvedComponent.HEADER, RETRY_AFTER)
        content = {"application/json": {"schema": component.ref}}
        said = {**_SAID, **self.view.error_descriptions}
        description = said.get(status, f"{HTTPStatus(status).phrase}.")
        answer = {"description": description, "headers": headers, "content": content}
        return self._shared(f"{component.name}{status}", ResolvedComponent.RESPONSE, answer)

    def _shared(self, name: str, kind: str, schema: dict[str, Any]) -> dict[str, str]:
        component = ResolvedComponent(name, kind, schema, object=name)  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(component)
        return component.ref


def _is_of_model(serializer: Any) -> bool:
    kind = serializer if isinstance(serializer, type) else type(serializer)
    return issubclass(kind, serializers.ModelSerializer)


def refuse_unknown_fields(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Document that unknown fields in a body are a 400."""
    for name, schema in result.get("components", {}).get("schemas", {}).items():
        if name.endswith("Request") and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return result
