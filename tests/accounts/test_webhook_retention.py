"""Messages are kept as long as the workspace says."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import WebhookDelivery, WebhookEndpoint, WebhookMessage, Workspace
from accounts.services.webhook_delivery import purge
from accounts.services.webhooks import create_endpoint
from tests.accounts.conftest import Emit


def test_what_is_past_the_retention_of_its_workspace_is_purged(
    endpoint: WebhookEndpoint, acme: Workspace, tell: Emit
) -> None:
    old, kept = tell().message, tell().message
    at = timezone.now() - timedelta(days=acme.retention_days)
    WebhookMessage.objects.filter(pk=old.pk).update(created_at=at - timedelta(minutes=1))
    WebhookMessage.objects.filter(pk=kept.pk).update(created_at=at + timedelta(minutes=1))
    assert purge() == 1
    assert WebhookMessage.objects.get() == kept
    assert WebhookDelivery.objects.get().message == kept


def test_another_workspaces_longer_retention_counts_for_itself(
    endpoint: WebhookEndpoint, globex: Workspace, tell: Emit
) -> None:
    tell()
    Workspace.objects.filter(pk=globex.pk).update(retention_days=365)
    create_endpoint(globex, "https://hooks.example.com/", ["call.status"])
    WebhookMessage.objects.create(workspace=globex, event_type="call.status", payload={})
    WebhookMessage.objects.update(created_at=timezone.now() - timedelta(days=100))
    assert purge() == 1
    assert WebhookMessage.objects.get().workspace == globex
