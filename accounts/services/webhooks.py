"""Outgoing webhooks: queue events, manage endpoints. `webhook_delivery` sends them."""

import base64
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.choices import DeliveryStatus
from accounts.models import WebhookDelivery, WebhookEndpoint, WebhookMessage, Workspace
from accounts.webhook_events import EVENT_TYPES, TEST
from voxa.core.destinations import same_url
from voxa.core.errors import Conflict
from voxa.core.statements import Fixed
from voxa.core.tasks import publish

MOST_ENDPOINTS = 20
SECRET_OVERLAP = timedelta(hours=24)
NEW_URL = "The URL changed, so webhooks are signed with a new secret. Store it there; it is not shown again."
_SECRET_BYTES = 32  # the specification requires 24 to 64


Payload = Mapping[str, Any]


def emit(workspace_id: UUID, event_type: str, payload: Payload | Callable[[], Payload]) -> None:
    """Queue an event for webhooks, in the caller's transaction.

    A task sends it on commit, and the sweep sends what the task misses. Without an active endpoint for the type,
    nothing is stored and a lazy payload is not built. Raise `KeyError` for a type that is not in
    `EVENT_TYPES`.
    """
    event = EVENT_TYPES[event_type]
    interested = [pk for pk, types in endpoints_asked(workspace_id) if event.name in types]
    if interested:
        _queue(workspace_id, event.name, payload() if callable(payload) else payload, interested)


endpoints_asked: Fixed[Any] = Fixed(
    lambda workspace: WebhookEndpoint.objects.filter(workspace=workspace, active=True).values_list("pk", "event_types"),
    UUID,
    shared=True,
)


def listening(workspace_ids: Collection[UUID], event_type: str) -> set[UUID]:
    """Return the workspaces that have an active endpoint for a type, with one query."""
    endpoints = WebhookEndpoint.objects.filter(workspace_id__in=workspace_ids, active=True)
    rows = endpoints.only("workspace_id", "event_types")
    return {row.workspace_id for row in rows if event_type in row.event_types}


@transaction.atomic
def _queue(
    workspace_id: UUID, event_type: str, payload: Payload, endpoint_ids: Iterable[UUID]
) -> list[WebhookDelivery]:
    message = WebhookMessage.objects.create(workspace_id=workspace_id, event_type=event_type, payload=dict(payload))
    now = timezone.now()
    deliveries = [WebhookDelivery(endpoint_id=pk, message=message, next_attempt_at=now) for pk in endpoint_ids]
    WebhookDelivery.objects.bulk_create(deliveries)
    for delivery in deliveries:
        transaction.on_commit(partial(wake, delivery.endpoint_id))
    return deliveries


def wake(endpoint_id: UUID) -> None:
    """Queue the task that sends an endpoint's due deliveries."""
    publish("accounts.tasks.deliver_webhooks", str(endpoint_id))


def create_endpoint(
    workspace: Workspace, url: str, event_types: list[str], *, active: bool = True
) -> tuple[WebhookEndpoint, str]:
    """Create an endpoint; return its row and its secret, which is not shown again.

    Raise `ValidationError` with the errors of all fields, `Conflict` if the workspace is at its limit.
    """
    secret = new_secret()
    endpoint = WebhookEndpoint(workspace=workspace, url=url, event_types=event_types, active=active, secret=secret)
    endpoint.full_clean()
    require_room(workspace)
    endpoint.save(force_insert=True)
    return endpoint, secret


def require_room(workspace: Workspace) -> None:
    """Raise `Conflict` if the workspace has the maximum number of endpoints."""
    if workspace.webhook_endpoints.count() >= MOST_ENDPOINTS:
        message = f"A workspace can have at most {MOST_ENDPOINTS} webhook endpoints. Delete one first."
        raise Conflict("too_many_endpoints", message)


@transaction.atomic
def update_endpoint(endpoint: WebhookEndpoint, changes: Mapping[str, Any]) -> tuple[WebhookEndpoint, str | None]:
    """Change `url`, `event_types` or `active`; activation clears past failures and sends waiting deliveries.

    A new URL gets a new secret, returned with the row and not shown again: otherwise the new receiver could forward
    signed payloads to the old URL. Raise `ValidationError` with the errors of all fields,
    `WebhookEndpoint.DoesNotExist` if it was deleted meanwhile.
    """
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    names = [name for name in ("url", "event_types", "active") if name in changes]
    secret = None if same_url(endpoint.url, changes.get("url", endpoint.url)) else new_secret()
    for name in names:
        setattr(endpoint, name, changes[name])
    endpoint.full_clean()
    if changes.get("active"):
        endpoint.disabled_reason, endpoint.failing_since = "", None
        names += ["disabled_reason", "failing_since"]
        transaction.on_commit(partial(wake, endpoint.pk))
    if secret:
        endpoint.secret, endpoint.previous_secret, endpoint.previous_secret_expires_at = secret, None, None
        names += ["secret", "previous_secret", "previous_secret_expires_at"]
    endpoint.save(update_fields=[*names, "updated_at"])
    return endpoint, secret


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint) -> tuple[WebhookEndpoint, str]:
    """Rotate the secret; return the endpoint and the new secret. The previous one also signs for another 24 hours."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    secret = new_secret()
    endpoint.previous_secret, endpoint.secret = endpoint.secret, secret
    endpoint.previous_secret_expires_at = timezone.now() + SECRET_OVERLAP
    endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_expires_at", "updated_at"])
    return endpoint, secret


@transaction.atomic
def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Queue a `webhook.test` to this endpoint only. Raise `Conflict` if it is not active."""
    _require_active(endpoint)
    return _queue(endpoint.workspace_id, TEST.name, TEST.example, [endpoint.pk])[0]


@transaction.atomic
def resend(delivery: WebhookDelivery) -> WebhookDelivery:
    """Restart a delivery from the first attempt, with the same `webhook-id`.

    Raise `Conflict` if the endpoint is not active or the delivery is being sent.
    """
    _require_active(delivery.endpoint)
    at_rest = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(status=DeliveryStatus.SENDING)
    if not at_rest.update(status=DeliveryStatus.PENDING, attempts=0, next_attempt_at=timezone.now()):
        raise Conflict("being_sent", "This delivery is being sent. Check its outcome first.")
    transaction.on_commit(partial(wake, delivery.endpoint_id))
    delivery.refresh_from_db(fields=["status", "attempts", "next_attempt_at"])
    return delivery


def _require_active(endpoint: WebhookEndpoint) -> None:
    if not endpoint.active:
        raise Conflict("endpoint_inactive", "This endpoint is not active. Activate it first.")


def new_secret() -> str:
    """Return a new signing secret in the format of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
