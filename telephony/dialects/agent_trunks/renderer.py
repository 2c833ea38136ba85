"""Errors as `{"error": {"code", "message", "status"}}`: one error each, chosen in a fixed order.

Source: https://www.telepathvoice.com/docs/api-reference/trunks/create and the pages beside it. What they leave open is
settled in docs/dialects/agent-trunks.md.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from voxa.core.api.errors import Detail, Problem
from voxa.core.destinations import GIVEN_FOR_ANOTHER

REQUIRED = ("name", "ai_provider", "sip_username", "sip_password")
FIELDS = (
    *REQUIRED, "openai_api_key", "elevenlabs_api_key", "elevenlabs_agent_id", "custom_endpoint", "system_prompt",
    "limit", "offset", "status",
)  # fmt: skip
_MISSING = frozenset({"required", "null", "blank"})
_CODES = {"not_authenticated": "unauthorized", "parse_error": "invalid_request", "throttled": "rate_limit_exceeded"}
_USERNAME = "sip_username may only contain alphanumeric characters and hyphens"
_MESSAGES = {
    ("sip_username", "invalid"): _USERNAME,
    ("sip_username", "sip_user"): _USERNAME,
    ("sip_password", "min_length"): "sip_password must be at least 8 characters",
    ("custom_endpoint", GIVEN_FOR_ANOTHER): (
        "custom_endpoint: A key is stored for the former address. Send providerKey together with customEndpoint to "
        "PATCH /v1/agents/{id}, or clear it there first"
    ),
}
DESCRIPTIONS = {
    400: "The request is invalid; `code` and `message` are those of the first error.",
    401: "The API key is missing, unknown, expired or revoked; or the AI provider rejects its key.",
    409: "The SIP username exists already, or a request with this Idempotency-Key is still in progress.",
}


class AgentTrunkErrorContentSerializer(serializers.Serializer[Any]):
    """The error."""

    code = serializers.CharField(help_text="For programs, such as `missing_required_field`.")
    message = serializers.CharField(help_text="For people: the problem.")
    status = serializers.IntegerField(help_text="The HTTP status.")


class AgentTrunkErrorSerializer(serializers.Serializer[Any]):
    """Every error of this dialect has this shape."""

    error = AgentTrunkErrorContentSerializer()


def render(problem: Problem) -> Response:
    """Render a problem in this shape."""
    code, message = _CODES.get(problem.code, problem.code), problem.message
    if problem.code == "validation_error":
        code, message = _say(min(problem.details, key=_rank))
    body = {"code": code, "message": message, "status": problem.status}
    return Response({"error": body}, status=problem.status, headers=dict(problem.headers))


def _rank(detail: Detail) -> tuple[int, int]:
    """Sort errors: the body, missing fields, invalid values, password length, fields of the provider."""
    place = FIELDS.index(detail.field) if detail.field in FIELDS else len(FIELDS)
    missing, basic = detail.code in _MISSING, detail.field in REQUIRED
    if detail.field is None:
        stage = 0
    elif basic and missing:
        stage = 1
    elif detail.field == "sip_password" and detail.code == "min_length":
        stage = 3
    elif missing:
        stage = 4
    elif detail.field == "custom_endpoint" and detail.code == "unsafe_url":
        stage = 5
    elif detail.code == "other_provider":
        stage = 6
    elif detail.code == GIVEN_FOR_ANOTHER:
        stage = 7
    else:
        stage = 2
    return stage, place


def _say(detail: Detail) -> tuple[str, str]:
    if detail.field is None:
        return "invalid_request", detail.message
    if detail.code in _MISSING and detail.field in FIELDS:
        return "missing_required_field", f"{detail.field} is required"
    code = f"invalid_{detail.field}" if detail.field in FIELDS else "invalid_request"
    return code, _MESSAGES.get((detail.field, detail.code), f"{detail.field}: {detail.message}")
