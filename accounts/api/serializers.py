"""Webhooks in JSON: names and types. Rules are in models and services."""

from typing import Any

from rest_framework import serializers

from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.models.webhook import validate_event_types
from accounts.webhook_events import EVENT_TYPES
from voxa.core.api.serializers import CamelModelSerializer, NamedChoiceField


class EventTypesField(serializers.ListField):
    """The names of the selected event types."""

    child = NamedChoiceField(choices=list(EVENT_TYPES))
    default_validators = [validate_event_types]


class WebhookEndpointSerializer(CamelModelSerializer[WebhookEndpoint]):
    """A URL that receives events. Its secret is shown once: on creation and rotation."""

    event_types = EventTypesField(help_text="The event types to send.")

    class Meta:
        model = WebhookEndpoint
        fields = [
            "id",
            "url",
            "event_types",
            "active",
            "disabled_reason",
            "failing_since",
            "previous_secret_expires_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["disabled_reason", "failing_since", "previous_secret_expires_at"]
        extra_kwargs = {
            "url": {"help_text": "An https URL on the public internet. Redirects are not followed."},
            "active": {"help_text": "Inactive endpoints receive nothing."},
        }


class WebhookEndpointWithSecretSerializer(WebhookEndpointSerializer):
    """An endpoint with its secret."""

    secret = serializers.CharField(read_only=True, help_text="Use it to verify signatures. It is not shown again.")

    class Meta(WebhookEndpointSerializer.Meta):
        fields = [*WebhookEndpointSerializer.Meta.fields, "secret"]


class ChangedWebhookEndpointSerializer(WebhookEndpointSerializer):
    """An endpoint after a change."""

    secret = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="A new one if the URL changed, which is not shown again; else null.",
    )
    warnings = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Side effects of the change."
    )

    class Meta(WebhookEndpointSerializer.Meta):
        fields = [*WebhookEndpointSerializer.Meta.fields, "secret", "warnings"]


class WebhookDeliverySerializer(CamelModelSerializer[WebhookDelivery]):
    """A delivery of an event to an endpoint."""

    webhook_id = serializers.CharField(
        source="message.webhook_id", read_only=True, help_text="The `webhook-id` header, the same for every attempt."
    )
    event_type = serializers.CharField(source="message.event_type", read_only=True)
    payload: serializers.Field[Any, Any, Any, Any] = serializers.DictField(
        source="message.payload", read_only=True, help_text="The `data` of the payload."
    )

    class Meta:
        model = WebhookDelivery
        fields = [
            "id",
            "webhook_id",
            "event_type",
            "payload",
            "status",
            "attempts",
            "next_attempt_at",
            "last_attempt_at",
            "last_code",
            "last_error",
            "delivered_at",
            "created_at",
        ]
        read_only_fields = fields
