"""One error shape, one handler: `{"error": {"code", "message", "status", "details": [{"field", "code", "message"}]}}`.

`details` lists every wrong field, with its JSON name: `name`, `gateways[0].port`; `null` is the body
as a whole. A view's `error_renderer` renders the same `Problem` in another product's shape.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from drf_standardized_errors.formatter import ExceptionFormatter, flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail
from rest_framework.response import Response
from rest_framework.settings import api_settings

from voxa.core.api.constraints import conflict_of
from voxa.core.api.names import bracket_indexes, camel
from voxa.core.bodies.reader import BodyRefused
from voxa.core.errors import Conflict, ServiceError, Unavailable

_CODES = {"authentication_failed": "not_authenticated", "error": "server_error", "invalid": "validation_error"}
HOW_TO_SIGN_IN = "Send the header Authorization: Bearer vx_live_… with an API key."
_MESSAGES = {500: "Internal error. Try again; if it persists, report the X-Request-Id to the operator."}


@dataclass(frozen=True)
class Detail:
    """One wrong field; `field` is None for the body as a whole."""

    field: str | None
    code: str
    message: str


@dataclass(frozen=True)
class Problem:
    """An error to be rendered."""

    code: str
    message: str
    status: int
    details: Sequence[Detail] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


ErrorRenderer = Callable[[Problem], Response]


class ApiError(APIException):
    """An error raised by a view. `retry_after` is in seconds."""

    def __init__(
        self, code: str, message: str, status: int, details: Sequence[Detail] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(message, code)
        self.status_code = status
        self.details = details
        self.wait = retry_after


def error_body(problem: Problem) -> dict[str, Any]:
    """Return the native error object."""
    details = [{"field": d.field, "code": d.code, "message": d.message} for d in problem.details]
    return {"error": {"code": problem.code, "message": problem.message, "status": problem.status, "details": details}}


def render_error(problem: Problem) -> Response:
    """Render a problem in the native format."""
    return Response(error_body(problem), status=problem.status, headers=dict(problem.headers))


class ProblemFormatter(ExceptionFormatter):
    """Converts exceptions of REST framework to a `Problem`."""

    def run(self) -> Problem:
        exc = self.exc
        if isinstance(exc, exceptions.ValidationError):
            found = [_detail(error.attr, error.code, error.detail) for error in flatten_errors(exc.detail)]
            details = list(dict.fromkeys(found))  # two checks may report the same error
            return Problem("validation_error", _summary(details), exc.status_code, details)
        code = str(exc.get_codes())
        message = _MESSAGES.get(exc.status_code, str(exc.detail))
        if isinstance(exc, exceptions.UnsupportedMediaType):
            taken = ", ".join(parser.media_type for parser in self.context["view"].parser_classes)
            message = f"Send the body with Content-Type: {taken}."
        elif isinstance(exc, exceptions.MethodNotAllowed):
            takes = ", ".join(self.context["view"].allowed_methods)
            message = f"{self.context['view'].request.method} is not allowed here. Allowed: {takes}."
        elif isinstance(exc, exceptions.NotAuthenticated):
            message = HOW_TO_SIGN_IN
        return Problem(_CODES.get(code, code), message, exc.status_code, getattr(exc, "details", ()))


class ProblemHandler(ExceptionHandler):
    """Handle exceptions of every API."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, DjangoValidationError):
            return exceptions.ValidationError(_django_detail(exc))
        if isinstance(exc, BodyRefused):
            return ApiError(exc.code, exc.message, exc.status.value, retry_after=exc.retry_after)
        if isinstance(exc, IntegrityError) and (conflict := conflict_of(exc)):
            exc = conflict
        if isinstance(exc, ServiceError):
            return _service_error(exc)
        return super().convert_known_exceptions(exc)

    def get_response(self, exc: APIException, data: Any) -> Response:
        headers = {name: str(value) for name, value in self.get_headers(exc).items()}
        problem = Problem(data.code, data.message, data.status, data.details, headers)
        renderer: ErrorRenderer = getattr(type(self.context["view"]), "error_renderer", render_error)
        return renderer(problem)

    def report_exception(self, exc: APIException, response: Response) -> None:
        if not isinstance(exc, ApiError):  # our own 503 is not an error to report
            super().report_exception(exc, response)

    def get_headers(self, exc: APIException) -> dict[str, Any]:
        headers: dict[str, Any] = super().get_headers(exc)
        if wait := getattr(exc, "wait", None):
            headers["Retry-After"] = max(1, ceil(wait))
        return headers


def _service_error(exc: ServiceError) -> ApiError:
    status = 409 if isinstance(exc, Conflict) else 503 if isinstance(exc, Unavailable) else 400
    details = [Detail(camel(exc.field), exc.code, exc.message)] if exc.field else []
    return ApiError(exc.code, exc.message, status, details)


def _django_detail(exc: DjangoValidationError) -> dict[str, list[ErrorDetail]]:
    """Rename fields in errors of models and services to their JSON names."""
    by_field = exc.error_dict if hasattr(exc, "error_dict") else {NON_FIELD_ERRORS: exc.error_list}
    return {
        api_settings.NON_FIELD_ERRORS_KEY if name == NON_FIELD_ERRORS else camel(name): [
            ErrorDetail(message, error.code or "invalid") for error in errors for message in error.messages
        ]
        for name, errors in by_field.items()
    }


def _detail(path: str | None, code: str, message: str) -> Detail:
    parts = [part for part in (path or "").split(".") if part and part != api_settings.NON_FIELD_ERRORS_KEY]
    return Detail(bracket_indexes(".".join(parts)) or None, code, message)


def _summary(details: Sequence[Detail]) -> str:
    """Return one sentence: for one wrong field its errors, else the count."""
    wrong = {detail.field for detail in details}
    if len(wrong) == 1:
        words = " ".join(dict.fromkeys(detail.message for detail in details))
        return f"{details[0].field}: {words}" if details[0].field else words
    return f"{len(wrong)} fields are invalid; see details."
