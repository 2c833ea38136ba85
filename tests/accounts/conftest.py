from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import WebhookDelivery, WebhookEndpoint, Workspace
from accounts.services.webhooks import create_endpoint, emit
from accounts.webhook_events import EVENT_TYPES
from tests.receiver import Receiver, receiver

Emit = Callable[..., WebhookDelivery]


@pytest.fixture
def web(settings: Settings) -> Iterator[Receiver]:
    """A customer's HTTP server on loopback, which the operator allows to be called."""
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    with receiver() as box:
        yield box


@pytest.fixture
def endpoint(acme: Workspace, web: Receiver) -> WebhookEndpoint:
    """Acme's endpoint for every event type."""
    return create_endpoint(acme, web.url(), list(EVENT_TYPES))[0]


@pytest.fixture
def tell(acme: Workspace, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Emit:
    """`tell("call.status", {...})` emits for acme, lets the tasks of the commit run and gives the newest delivery."""

    def make(event_type: str = "call.status", payload: dict[str, Any] | None = None) -> WebhookDelivery:
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            emit(acme.pk, event_type, payload or {"id": "c1", "status": "ringing"})
        return WebhookDelivery.objects.select_related("endpoint", "message").latest("created_at")

    return make
