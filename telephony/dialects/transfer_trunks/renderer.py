"""Errors as `{"error": {"code", "message", "param", "type"}}`.

Source: https://doc.hmsovereign.com/docs/reference/error-codes (shape, statuses and the codes of `_CODES` except those
marked as ours, which follow the same style where that page has none).
"""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from voxa.core.api.errors import Problem

_CODES = {
    401: "unauthorized",
    403: "forbidden",  # ours
    404: "not_found",  # ours
    409: "conflict",  # ours
    429: "rate_limit_exceeded",  # ours
    500: "internal_error",  # ours
}
_OWN_CODES = frozenset({"trunk_in_use"})  # codes of our services that are passed on
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
DESCRIPTIONS = {400: "The request is invalid; `param` is the first wrong field, `message` lists them all."}


class TransferTrunkErrorContentSerializer(serializers.Serializer[Any]):
    """The error."""

    code = serializers.CharField(help_text="For programs, such as `missing_field`.")
    message = serializers.CharField(help_text="For people: what to do.")
    param = serializers.CharField(allow_null=True, help_text="The wrong field, if any.")
    type = serializers.CharField(help_text="The category, such as `invalid_request_error`.")


class TransferTrunkErrorSerializer(serializers.Serializer[Any]):
    """Every error of this dialect has this shape."""

    error = TransferTrunkErrorContentSerializer()


def render(problem: Problem) -> Response:
    """Render a problem in this shape."""
    body = {
        "code": _code(problem),
        "message": _message(problem),
        "param": next((detail.field for detail in problem.details), None),
        "type": _TYPES.get(problem.status, "api_error" if problem.status >= 500 else "invalid_request_error"),
    }
    return Response({"error": body}, status=problem.status, headers=dict(problem.headers))


def _code(problem: Problem) -> str:
    if problem.code in _OWN_CODES:
        return problem.code
    if any(detail.code == "required" for detail in problem.details[:1]):
        return "missing_field"
    return _CODES.get(problem.status, "internal_error" if problem.status >= 500 else "invalid_request")


def _message(problem: Problem) -> str:
    """Return all errors in one text, since `param` holds one field only."""
    found = [f"{detail.field}: {detail.message}" if detail.field else detail.message for detail in problem.details]
    return " ".join(found) or problem.message
