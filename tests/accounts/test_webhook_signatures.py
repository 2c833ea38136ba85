"""Receivers verify with the library of Standard Webhooks."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.models import WebhookEndpoint
from accounts.services.webhooks import rotate_secret
from tests.accounts.conftest import Emit
from tests.receiver import Receiver


def verifies(web: Receiver, secret: str) -> bool:
    """Return whether the last request is signed by a secret."""
    request = web.requests[-1]
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


def test_the_librarys_verifier_accepts_what_we_send(endpoint: WebhookEndpoint, web: Receiver, tell: Emit) -> None:
    delivery = tell("call.status", {"id": "c1", "to": "+15550100001", "name": "Zoë"})
    request = web.requests[-1]
    told = Webhook(endpoint.secret).verify(request.body, request.headers)
    assert told["type"] == "call.status"
    assert told["data"] == {"id": "c1", "to": "+15550100001", "name": "Zoë"}
    assert datetime.fromisoformat(told["timestamp"]) == delivery.message.created_at
    assert request.headers["webhook-id"] == delivery.message.webhook_id
    assert request.headers["content-type"] == "application/json"


def test_a_changed_body_does_not_verify(endpoint: WebhookEndpoint, web: Receiver, tell: Emit) -> None:
    tell()
    request = web.requests[-1]
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(request.body + b" ", request.headers)


def test_during_a_rotation_both_secrets_verify_and_afterwards_the_new_one_alone(
    endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC)) as clock:
        old = endpoint.secret
        _, new = rotate_secret(endpoint)
        tell()
        assert verifies(web, old)
        assert verifies(web, new)
        clock.shift(timedelta(hours=25))
        tell()
        assert not verifies(web, old)
        assert verifies(web, new)


def test_secrets_are_long_random_and_each_endpoints_own(endpoint: WebhookEndpoint) -> None:
    old = endpoint.secret
    fresh, new = rotate_secret(endpoint)
    assert new.startswith("whsec_")
    assert len(new) == len("whsec_") + 44
    assert (fresh.secret, fresh.previous_secret) == (new, old)
    assert new != old


def test_secrets_are_encrypted_at_rest_and_not_in_the_history(endpoint: WebhookEndpoint) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_webhookendpoint")
        assert endpoint.secret not in str(cursor.fetchone()[0])
    assert not hasattr(endpoint.history.get(), "secret")
    assert endpoint.secret not in repr(endpoint) + str(endpoint)
