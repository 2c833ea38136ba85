"""OpenAPI descriptions of the webhook operations."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view

from accounts.api.serializers import (
    ChangedWebhookEndpointSerializer,
    WebhookDeliverySerializer,
    WebhookEndpointWithSecretSerializer,
)
from accounts.webhook_events import EVENT_TYPES, TEST

F = TypeVar("F", bound=Callable[..., Any])
_TIME = "2026-03-01T09:30:00.000000Z"
_NEW = {"url": "https://hooks.example.com/voxa", "eventTypes": list(EVENT_TYPES)}
_ENDPOINT = {
    "id": "4b0f5c1e-52d4-4f0b-8a51-0a1b6c7e3f90",
    **_NEW,
    "active": True,
    "disabledReason": "",
    "failingSince": None,
    "previousSecretExpiresAt": None,
    "createdAt": _TIME,
    "updatedAt": _TIME,
}
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwVoxaExample="  # noqa: S105  # an example
_WITH_SECRET = {**_ENDPOINT, "secret": _SECRET}
_ROTATED = {**_WITH_SECRET, "previousSecretExpiresAt": "2026-03-02T09:30:00.000000Z"}
_WAITING = {
    "id": "d2a4f0c6-9c0b-4f6e-8f35-5f0d8d1c2b3a",
    "webhookId": "msg_0f6a3c1f7d520b1f4c1e6e1c4d0e9b0e",
    "eventType": TEST.name,
    "payload": TEST.example,
    "status": "pending",
    "attempts": 0,
    "nextAttemptAt": _TIME,
    "lastAttemptAt": None,
    "lastCode": None,
    "lastError": "",
    "deliveredAt": None,
    "createdAt": _TIME,
}
_STATUS = next(iter(EVENT_TYPES.values()))
_RETRIED = {
    **_WAITING,
    "eventType": _STATUS.name,
    "payload": _STATUS.example,
    "attempts": 2,
    "nextAttemptAt": "2026-03-01T09:35:06.000000Z",
    "lastAttemptAt": "2026-03-01T09:30:06.000000Z",
    "lastCode": 500,
    "lastError": "HTTP 500: database down",
}


def _operation(
    name: str,
    summary: str,
    description: str = "",
    *,
    sent: dict[str, Any] | None = None,
    answered: dict[str, Any] | None = None,
    **more: Any,
) -> Callable[[F], F]:
    examples = [OpenApiExample("Request", sent, request_only=True)] if sent else []
    if answered:
        status = next((str(code) for code in more.get("responses", ())), "201" if sent and "url" in sent else "200")
        examples.append(OpenApiExample("Answer", answered, response_only=True, status_codes=[status]))
    return extend_schema(
        tags=["Webhooks"],
        operation_id=f"webhooks_{name}",
        summary=summary,
        description=description or f"{summary}.",
        examples=examples,
        **more,
    )


def _path_id(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.UUID, "path", description=words)


_ID = [_path_id("id", "The webhook's id.")]
ENDPOINTS = extend_schema_view(
    list=_operation("list", "List webhooks", answered=_ENDPOINT),
    create=_operation(
        "create",
        "Create webhook",
        "The response has the signing secret, which is not shown again.",
        sent=_NEW,
        answered=_WITH_SECRET,
        responses={201: WebhookEndpointWithSecretSerializer},
    ),
    retrieve=_operation("retrieve", "Get webhook", answered=_ENDPOINT, parameters=_ID),
    partial_update=_operation(
        "update",
        "Update webhook",
        "Changes the fields in the body. `active: true` clears past failures and sends pending deliveries. A new URL "
        "gets a new secret, which the response shows once; the old one is no longer used.",
        sent={"active": True},
        answered={**_ENDPOINT, "secret": None, "warnings": []},
        responses={200: ChangedWebhookEndpointSerializer},
        parameters=_ID,
    ),
    destroy=_operation("delete", "Delete webhook", "Deletes the webhook and its deliveries.", parameters=_ID),
)
DELIVERIES = extend_schema_view(
    list=_operation("deliveries", "List deliveries", "Newest first.", answered=_RETRIED, parameters=_ID),
)
ROTATE_SECRET = _operation(
    "rotate_secret",
    "Rotate the secret",
    "Returns a new secret. For 24 hours, payloads are signed with both, so that receivers can switch.",
    answered=_ROTATED,
    parameters=_ID,
    request=None,
    responses={200: WebhookEndpointWithSecretSerializer},
)
SEND_TEST = _operation(
    "test",
    "Send a test event",
    "Queues a `webhook.test` event to this webhook only. The result is in its deliveries.",
    answered=_WAITING,
    parameters=_ID,
    request=None,
    responses={202: WebhookDeliverySerializer},
)
RESEND = _operation(
    "resend",
    "Resend a delivery",
    "Starts the delivery again from the first attempt, with the same `webhook-id`.",
    answered={**_WAITING, "eventType": _STATUS.name, "payload": _STATUS.example},
    parameters=[*_ID, _path_id("delivery_id", "The delivery's id.")],
    request=None,
    responses={202: WebhookDeliverySerializer},
)
