"""Outgoing webhooks: endpoints, messages and deliveries."""

import uuid
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.choices import DeliveryStatus
from accounts.models.history import recorded
from accounts.models.workspace import Workspace
from accounts.webhook_events import EVENT_TYPES
from voxa.core.safe_http import check_url


def validate_event_types(value: object) -> None:
    """Accept a list of at least one known event type, none of them twice."""
    known = isinstance(value, list) and all(isinstance(name, str) and name in EVENT_TYPES for name in value)
    if not (isinstance(value, list) and value and known and len(set(value)) == len(value)):
        raise ValidationError(f"Choose at least one of {', '.join(EVENT_TYPES)}, each once.", code="event_types")


def validate_webhook_url(value: str) -> None:
    """Accept an https URL that Voxa may call."""
    check_url(value)


class WebhookEndpoint(models.Model):
    """A customer's URL that receives events.

    One task at a time sends its deliveries: `busy_until` is the end of the task's claim, or of the pause of a slow
    endpoint. `failing_since` is the first failure since the last success.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="webhook_endpoints")
    url = models.CharField("URL", max_length=2000, validators=[validate_webhook_url])
    event_types = models.JSONField(default=list, validators=[validate_event_types])
    secret = EncryptedTextField(editable=False)
    previous_secret = EncryptedTextField(null=True, editable=False)
    previous_secret_expires_at = models.DateTimeField(null=True, editable=False)
    active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)
    busy_token = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["secret", "previous_secret", "failing_since", "busy_until", "busy_token", "updated_at"])

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("webhook endpoint"), _("webhook endpoints")
        indexes = [models.Index(fields=["workspace", "-created_at", "-id"], name="webhook_endpoint_list")]

    def __str__(self) -> str:
        return self.url

    def clean(self) -> None:
        super().clean()
        with suppress(ValidationError):  # already reported by the validator
            self.url = check_url(self.url)


class WebhookMessage(models.Model):
    """An event for all endpoints subscribed to its type. It never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="webhook_messages")
    event_type = models.CharField(max_length=40)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["workspace", "created_at"], name="webhook_message_age")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.webhook_id}"

    @property
    def webhook_id(self) -> str:
        """Return the `webhook-id` header: the same for every attempt and endpoint."""
        return f"msg_{self.id.hex}"


class WebhookDelivery(models.Model):
    """A delivery of a message to an endpoint.

    pending -> sending -> delivered, or back to pending until the retries are exhausted, then failed. A delivery that
    is sent again starts at pending. `next_attempt_at` is when it is due; while it is being sent, when the sender's
    lease expires.
    """

    OPEN = (DeliveryStatus.PENDING, DeliveryStatus.SENDING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=9, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True, editable=False)
    last_attempt_at = models.DateTimeField(null=True)
    last_code = models.PositiveSmallIntegerField("last HTTP status", null=True)
    last_error = models.CharField(max_length=500, blank=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("webhook delivery"), _("webhook deliveries")
        indexes = [
            models.Index(fields=["endpoint", "-created_at", "-id"], name="webhook_delivery_list"),
            models.Index(fields=["-created_at", "-id"], name="webhook_delivery_newest"),
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=models.Q(status__in=["pending", "sending"]),
                name="webhook_delivery_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "endpoint"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=DeliveryStatus.values), name="webhook_delivery_status"
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"

    @property
    def workspace_id(self) -> uuid.UUID:
        """Return the workspace of its endpoint."""
        return self.endpoint.workspace_id
