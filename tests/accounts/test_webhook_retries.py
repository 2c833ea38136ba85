"""What an answer means for its delivery and its endpoint."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.choices import DeliveryStatus
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.services.webhook_delivery import sweep
from accounts.services.webhooks import update_endpoint
from tests.accounts.conftest import Emit
from tests.receiver import Receiver, answer

Clock = time_machine.Traveller


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: 0.0)


def test_a_failure_is_retried_on_the_schedule_until_it_is_exhausted(
    clock: Clock, endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    web.respond = answer(500, b"database down")
    delivery = tell()
    waits = []
    while delivery.next_attempt_at is not None:
        waits.append(delivery.next_attempt_at - timezone.now())
        clock.move_to(delivery.next_attempt_at - timedelta(seconds=1))
        assert sweep() == 0
        clock.shift(timedelta(seconds=1))
        assert sweep() == 1
        delivery.refresh_from_db()
    assert [wait.total_seconds() for wait in waits] == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert (delivery.status, delivery.attempts, delivery.last_code) == (DeliveryStatus.FAILED, 10, 500)
    assert delivery.last_error == "HTTP 500: database down"
    assert len({request.headers["webhook-id"] for request in web.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in web.requests}) == 10


def test_a_retry_that_succeeds_ends_it(clock: Clock, endpoint: WebhookEndpoint, web: Receiver, tell: Emit) -> None:
    web.respond = answer(503)
    delivery = tell()
    endpoint.refresh_from_db()
    assert endpoint.failing_since == timezone.now()
    web.respond = answer(200)
    clock.shift(timedelta(seconds=5))
    sweep()
    delivery.refresh_from_db()
    endpoint.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.last_error) == (DeliveryStatus.DELIVERED, 2, "")
    assert endpoint.failing_since is None


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_its_target_is_not_called(
    status: int, endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    web.respond = answer(status, Location=web.url("/elsewhere"))
    delivery = tell()
    assert (delivery.status, delivery.last_code) == (DeliveryStatus.PENDING, status)
    assert "redirects are not followed" in delivery.last_error
    assert [request.path for request in web.requests] == ["/hook"]


def test_retry_after_puts_the_next_attempt_off(
    clock: Clock, endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    web.respond = answer(429, Retry_After="120")
    assert tell().next_attempt_at == timezone.now() + timedelta(seconds=120)


def test_gone_disables_the_endpoint_and_says_so(endpoint: WebhookEndpoint, web: Receiver, tell: Emit) -> None:
    web.respond = answer(410)
    delivery = tell()
    endpoint.refresh_from_db()
    assert (delivery.status, delivery.next_attempt_at) == (DeliveryStatus.FAILED, None)
    assert not endpoint.active
    assert "410" in endpoint.disabled_reason
    assert endpoint.history.first().disabled_reason == endpoint.disabled_reason


def test_days_of_failure_disable_the_endpoint_and_the_reason_tells_the_last_error(
    clock: Clock, endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    web.respond = answer(500, b"no disk")
    tell()
    clock.shift(timedelta(days=4))
    tell()
    assert WebhookEndpoint.objects.get().active
    clock.shift(timedelta(days=1))
    tell()
    endpoint.refresh_from_db()
    assert not endpoint.active
    assert endpoint.disabled_reason == "Every delivery failed for 5 days. The last error: HTTP 500: no disk"


def test_activating_again_forgets_the_failures_and_sends_what_waits(
    clock: Clock,
    endpoint: WebhookEndpoint,
    web: Receiver,
    tell: Emit,
) -> None:
    web.respond = answer(500)
    delivery = tell()
    update_endpoint(endpoint, {"active": False})
    clock.shift(timedelta(days=6))
    assert sweep() == 0
    web.respond = answer(200)
    endpoint, _ = update_endpoint(endpoint, {"active": True})
    sweep()
    delivery.refresh_from_db()
    assert (endpoint.failing_since, endpoint.disabled_reason) == (None, "")
    assert delivery.status == DeliveryStatus.DELIVERED


def test_an_endpoint_that_cannot_be_reached_says_why(endpoint: WebhookEndpoint, tell: Emit) -> None:
    WebhookEndpoint.objects.update(url="http://127.0.0.1:1/")
    delivery = tell()
    assert (delivery.status, delivery.last_code) == (DeliveryStatus.PENDING, None)
    assert "The connection to 127.0.0.1 failed" in delivery.last_error


def test_an_address_that_became_private_is_not_called(
    endpoint: WebhookEndpoint, web: Receiver, tell: Emit, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])
    monkeypatch.setattr("voxa.core.safe_http.resolve", lambda host, timeout: next(answers))
    WebhookEndpoint.objects.update(url=web.url(host="rebind.example.com"))
    assert tell().status == DeliveryStatus.DELIVERED
    delivery = tell()
    assert "rebind.example.com resolves to 10.0.0.7" in delivery.last_error
    assert len(web.requests) == 1


def test_a_huge_answer_is_a_success_of_which_little_is_read(
    endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    web.respond = answer(200, b"x" * 5_000_000)
    assert tell().status == DeliveryStatus.DELIVERED


def test_a_long_error_is_kept_as_an_excerpt(endpoint: WebhookEndpoint, web: Receiver, tell: Emit) -> None:
    web.respond = answer(500, b"\x00\xff trace " * 10_000)
    error = WebhookDelivery.objects.get(pk=tell().pk).last_error
    assert error.startswith("HTTP 500: \N{REPLACEMENT CHARACTER} trace")
    assert len(error) <= 320
