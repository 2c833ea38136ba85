"""A webhook's secret belongs to its URL: another URL gets one of its own."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import WebhookEndpoint, Workspace
from accounts.services.webhooks import create_endpoint, rotate_secret

URL = "https://hooks.example.com/voxa"


@pytest.fixture
def endpoint(acme: Workspace) -> WebhookEndpoint:
    return create_endpoint(acme, URL, ["call.ended"])[0]


def patch(api: APIClient, endpoint: WebhookEndpoint, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.patch(f"/v1/webhooks/{endpoint.pk}", body)
    assert answer.status_code == 200, answer.content
    endpoint.refresh_from_db()
    return dict(answer.json())


@pytest.mark.parametrize("url", ["https://evil.example/voxa", "https://hooks.example.com/evil", f"{URL}?evil=1"])
def test_another_url_gets_a_new_secret_which_is_shown_once(api: APIClient, endpoint: WebhookEndpoint, url: str) -> None:
    former, _ = endpoint.secret, rotate_secret(endpoint)
    answer = patch(api, endpoint, {"url": url})
    assert answer["secret"] == endpoint.secret
    assert former not in (endpoint.secret, endpoint.previous_secret)
    assert (endpoint.previous_secret, answer["previousSecretExpiresAt"]) == (None, None)
    assert "new secret" in answer["warnings"][0]
    assert patch(api, endpoint, {"url": url})["secret"] is None
    assert "secret" not in api.get(f"/v1/webhooks/{endpoint.pk}").json()


@pytest.mark.parametrize("body", [{"url": URL}, {"url": "https://HOOKS.example.com:443/voxa/"}, {"active": False}, {}])
def test_the_same_url_keeps_the_secret(api: APIClient, endpoint: WebhookEndpoint, body: dict[str, Any]) -> None:
    former = endpoint.secret
    answer = patch(api, endpoint, body)
    assert (answer["secret"], answer["warnings"], endpoint.secret) == (None, [], former)
