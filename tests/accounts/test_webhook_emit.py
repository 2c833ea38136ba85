"""An event is told with the transaction it happens in, to the endpoints that asked for it."""

import uuid

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.choices import DeliveryStatus
from accounts.models import WebhookDelivery, WebhookEndpoint, WebhookMessage, Workspace
from accounts.services.webhooks import create_endpoint, emit
from tests.accounts.conftest import Emit
from tests.receiver import Receiver


def test_an_event_reaches_the_endpoint_once_its_transaction_is_committed(
    endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    delivery = tell("call.ended", {"id": "c1", "durationSeconds": 72})
    assert (delivery.status, delivery.attempts, delivery.last_code) == (DeliveryStatus.DELIVERED, 1, 204)
    assert delivery.delivered_at is not None
    assert [request.path for request in web.requests] == ["/hook"]


def test_a_rolled_back_event_is_never_told(endpoint: WebhookEndpoint, web: Receiver, acme: Workspace) -> None:
    with transaction.atomic():
        emit(acme.pk, "call.ended", {})
        transaction.set_rollback(True)
    assert not WebhookMessage.objects.exists()
    assert web.requests == []


def test_only_active_endpoints_of_the_workspace_that_asked_are_told(
    acme: Workspace, globex: Workspace, web: Receiver
) -> None:
    asked, _ = create_endpoint(acme, web.url("/asked"), ["trunk.status"])
    create_endpoint(acme, web.url("/other-type"), ["call.ended"])
    create_endpoint(globex, web.url("/other-workspace"), ["trunk.status"])
    paused, _ = create_endpoint(acme, web.url("/paused"), ["trunk.status"])
    WebhookEndpoint.objects.filter(pk=paused.pk).update(active=False)
    emit(acme.pk, "trunk.status", {"status": "active"})
    assert list(WebhookDelivery.objects.values_list("endpoint", flat=True)) == [asked.pk]


def test_without_a_listener_nothing_is_stored(acme: Workspace) -> None:
    emit(acme.pk, "call.status", {})
    assert not WebhookMessage.objects.exists()


def test_identifiers_and_times_may_stand_in_a_payload(endpoint: WebhookEndpoint, tell: Emit) -> None:
    call_id = uuid.uuid4()
    assert tell("call.status", {"id": call_id}).message.payload == {"id": str(call_id)}


def test_an_unknown_type_is_a_mistake_of_ours(acme: Workspace) -> None:
    with pytest.raises(KeyError, match=r"call\.nonsense"):
        emit(acme.pk, "call.nonsense", {})


def test_a_broker_that_is_away_leaves_the_event_to_the_sweep(
    endpoint: WebhookEndpoint, tell: Emit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("accounts.tasks.deliver_webhooks.apply_async", refuse)
    assert tell().status == DeliveryStatus.PENDING
