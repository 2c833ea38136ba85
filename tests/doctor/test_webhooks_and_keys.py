"""Outgoing webhooks that fail, and API keys that end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts import doctor
from accounts.models import ApiKey, WebhookDelivery, WebhookEndpoint, WebhookMessage, Workspace
from accounts.services.keys import create_api_key
from accounts.services.webhooks import create_endpoint
from tests.doctor.asking import found
from voxa.core.doctor.registry import Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def endpoint(acme: Workspace) -> WebhookEndpoint:
    return create_endpoint(acme, "https://hooks.example.com/s3cret-path?token=s3cret", ["call.status"])[0]


@pytest.fixture
def delivery(endpoint: WebhookEndpoint) -> WebhookDelivery:
    message = WebhookMessage.objects.create(workspace=endpoint.workspace, event_type="call.status", payload={})
    return WebhookDelivery.objects.create(endpoint=endpoint, message=message, next_attempt_at=NOW)


def test_an_endpoint_that_takes_what_it_is_sent_is_well(delivery: WebhookDelivery) -> None:
    assert found(doctor.look_at_webhooks) == {}


def test_one_that_fails_is_named_by_its_host_with_the_reason(delivery: WebhookDelivery, globex: Workspace) -> None:
    WebhookEndpoint.objects.update(failing_since=NOW - HOUR)
    WebhookDelivery.objects.update(last_error="It answered 500.", last_attempt_at=NOW, next_attempt_at=NOW - HOUR)
    findings = found(doctor.look_at_webhooks)
    assert list(findings) == ["webhooks.failing"]
    what = findings["webhooks.failing"].what
    assert what.startswith("Webhook endpoint https://hooks.example.com has failed since ")
    assert what.endswith("UTC: It answered 500.")
    assert "s3cret" not in str(findings)
    assert found(doctor.look_at_webhooks, Scope(globex)) == {}


def test_one_that_was_given_up(endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.update(active=False, disabled_reason="It failed for five days.")
    findings = found(doctor.look_at_webhooks)
    assert findings["webhooks.given_up"].what.endswith("is disabled: It failed for five days.")
    WebhookEndpoint.objects.update(disabled_reason="")  # switched off by its owner
    assert found(doctor.look_at_webhooks) == {}


def test_deliveries_that_nobody_sends(delivery: WebhookDelivery, globex: Workspace) -> None:
    WebhookDelivery.objects.update(next_attempt_at=NOW - HOUR)
    assert found(doctor.look_at_webhooks)["webhooks.waiting"].what.startswith("1 webhook delivery is overdue")
    assert found(doctor.look_at_webhooks, Scope(globex)) == {}


@pytest.mark.parametrize(
    ("ends_in", "code"),
    [(30, None), (10, "keys.expiring"), (-2, "keys.expired"), (-20, None)],
)
def test_a_key_in_use_that_ends(acme: Workspace, globex: Workspace, ends_in: int, code: str | None) -> None:
    key, text = create_api_key(acme, "reporting", ["agents:read"])
    ApiKey.objects.update(expires_at=NOW + timedelta(days=ends_in), last_used_at=NOW)
    findings = found(doctor.look_at_keys)
    assert list(findings) == ([code] if code else [])
    assert text not in str(findings)
    assert all(str(key.pk) in finding.page for finding in findings.values())
    assert found(doctor.look_at_keys, Scope(globex)) == {}


def test_nobody_misses_a_key_that_was_never_used(acme: Workspace) -> None:
    create_api_key(acme, "reporting", ["agents:read"])
    ApiKey.objects.update(expires_at=NOW + HOUR)
    assert found(doctor.look_at_keys) == {}
