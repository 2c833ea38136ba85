"""Every response as `{"success", "message", "data"}`, endpoint errors with one of their documented statuses."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from voxa.core.api.errors import Problem

STATUSES = {403: 401, 409: 400, 413: 400, 415: 400, 422: 400, 429: 500, 503: 500}
DESCRIPTIONS = {
    400: "Invalid input, a configuration of the other type, or a number that is already in use.",
    401: "The API key is missing, unknown, expired or revoked, or lacks the scope.",
    500: "LiveKit is unreachable, the key exceeds its rate limit, or an internal error. Nothing was created.",
}


class OutboundTrunkErrorSerializer(serializers.Serializer[Any]):
    """Every error of this dialect has this shape."""

    success = serializers.BooleanField(help_text="Always false.")
    message = serializers.CharField(help_text="For people: what to do.")
    data = serializers.JSONField(allow_null=True, help_text="Always null.")  # type: ignore[assignment]  # a field


def answer(message: str, data: Any) -> Response:
    """Return a success. Creation is a 200 too."""
    return Response({"success": True, "message": message, "data": data})


def render(problem: Problem) -> Response:
    """Render a problem in this shape."""
    found = [f"{detail.field}: {detail.message}" if detail.field else detail.message for detail in problem.details]
    headers = dict(problem.headers)
    if problem.status == 403:
        headers["WWW-Authenticate"] = 'Bearer realm="voxa", error="insufficient_scope"'
    body = {"success": False, "message": " ".join(found) or problem.message, "data": None}
    return Response(body, status=STATUSES.get(problem.status, problem.status), headers=headers)
