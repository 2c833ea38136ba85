"""Two workers never send one delivery at once, a lost worker's delivery is found, a slow endpoint holds up no other."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts.choices import DeliveryStatus
from accounts.models import WebhookDelivery, WebhookEndpoint, Workspace
from accounts.services import webhook_delivery
from accounts.services.webhook_delivery import DELIVERY_LEASE, SIDE_BY_SIDE, deliver, sweep
from accounts.services.webhook_request import _LIMITS, Outcome
from accounts.services.webhooks import create_endpoint, emit
from tests.receiver import Receiver


@pytest.fixture
def waiting(endpoint: WebhookEndpoint, acme: Workspace) -> WebhookDelivery:
    """A delivery that is due and of which no task knows."""
    emit(acme.pk, "call.status", {"id": "c1"})
    return WebhookDelivery.objects.get()


def test_while_one_worker_sends_another_gets_nothing(
    waiting: WebhookDelivery, web: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_send, seen = webhook_delivery._send, []

    def send(endpoint: WebhookEndpoint, batch: list[WebhookDelivery]) -> None:
        seen.append((deliver(endpoint.pk), webhook_delivery._claim(endpoint.pk, SIDE_BY_SIDE), sweep()))
        real_send(endpoint, batch)

    monkeypatch.setattr(webhook_delivery, "_send", send)
    deliver(waiting.endpoint_id)
    assert seen == [(False, [], 0)]
    assert len(web.requests) == 1


def test_a_task_that_runs_twice_sends_once(waiting: WebhookDelivery, web: Receiver) -> None:
    deliver(waiting.endpoint_id)
    deliver(waiting.endpoint_id)
    assert len(web.requests) == 1


def test_a_lost_workers_delivery_is_sent_once_its_lease_is_over(waiting: WebhookDelivery, web: Receiver) -> None:
    webhook_delivery._claim(waiting.endpoint_id, 1)
    assert deliver(waiting.endpoint_id) is False
    assert web.requests == []
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())
    assert sweep() == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, len(web.requests)) == (DeliveryStatus.DELIVERED, 2, 1)


def test_a_worker_that_comes_back_late_overwrites_nothing(waiting: WebhookDelivery) -> None:
    (stale,) = webhook_delivery._claim(waiting.endpoint_id, 1)
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())
    deliver(waiting.endpoint_id)
    webhook_delivery._record(stale, Outcome(500, "late"))
    waiting.refresh_from_db()
    assert (waiting.status, waiting.last_error) == (DeliveryStatus.DELIVERED, "")


def test_the_lease_outlasts_the_longest_call() -> None:

    assert DELIVERY_LEASE.total_seconds() > 2 * _LIMITS.total
    assert webhook_delivery.ENDPOINT_LEASE.total_seconds() > webhook_delivery.BUDGET + 2 * _LIMITS.total


def test_a_slow_endpoint_rests_and_the_others_have_their_turn(
    waiting: WebhookDelivery, acme: Workspace, web: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, _ = create_endpoint(acme, web.url("/quick"), ["call.ended"])
    monkeypatch.setattr(webhook_delivery, "SLOW", 0.0)  # so that every batch counts as slow
    monkeypatch.setattr(webhook_delivery, "REST_FACTOR", 1_000_000)
    for _ in range(SIDE_BY_SIDE + 1):
        emit(acme.pk, "call.status", {})
    assert deliver(waiting.endpoint_id) is False
    slow = waiting.endpoint
    slow.refresh_from_db()
    assert len(web.requests) == SIDE_BY_SIDE
    assert slow.busy_until is not None
    assert slow.busy_until > timezone.now() + timedelta(seconds=1)
    emit(acme.pk, "call.ended", {})
    assert webhook_delivery.due_endpoints() == [quick.pk]


def test_a_failing_endpoint_is_tried_by_one_call_at_a_time(
    waiting: WebhookDelivery, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real_send = webhook_delivery._send

    def send(endpoint: WebhookEndpoint, batch: list[WebhookDelivery]) -> None:
        sizes.append(len(batch))
        real_send(endpoint, batch)

    monkeypatch.setattr(webhook_delivery, "_send", send)
    WebhookEndpoint.objects.update(url="http://127.0.0.1:1/", failing_since=timezone.now())
    for _ in range(3):
        emit(acme.pk, "call.status", {})
    deliver(waiting.endpoint_id)
    assert sizes == [1, 1, 1, 1]


def test_a_turn_ends_with_its_budget_and_says_that_more_is_due(
    waiting: WebhookDelivery, acme: Workspace, web: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_delivery, "BUDGET", -1.0)
    assert deliver(waiting.endpoint_id) is True
    assert web.requests == []


def test_a_call_that_breaks_on_our_side_is_a_failure_of_that_delivery_alone(
    waiting: WebhookDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("voxa.core.safe_http.send", broken)
    deliver(waiting.endpoint_id)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.last_code) == (DeliveryStatus.PENDING, None)
    assert "on our side" in waiting.last_error


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_everything_once(endpoint: WebhookEndpoint, acme: Workspace, web: Receiver) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, so nothing races")
    for number in range(40):
        emit(acme.pk, "call.status", {"number": number})
    WebhookEndpoint.objects.update(busy_until=None)
    start = Barrier(4)

    def work() -> None:
        start.wait()
        try:
            # Past the endpoint's own claim, so that the claims of single deliveries are what races.
            while batch := webhook_delivery._claim(endpoint.pk, SIDE_BY_SIDE):
                webhook_delivery._send(endpoint, batch)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [request.headers["webhook-id"] for request in web.requests]
    assert len(sent) == len(set(sent)) == 40
