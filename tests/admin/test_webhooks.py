"""Webhook endpoints and deliveries in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import DeliveryStatus
from accounts.models import User, WebhookDelivery, WebhookEndpoint, WebhookMessage, Workspace
from accounts.services import webhooks
from tests.admin.conftest import Browser

LIST, ADD = "/admin/accounts/webhookendpoint/", "/admin/accounts/webhookendpoint/add/"
DELIVERIES = "/admin/accounts/webhookdelivery/"


@pytest.fixture
def endpoint(acme: Workspace) -> WebhookEndpoint:
    return webhooks.create_endpoint(acme, "https://hooks.acme.example/voxa", ["call.status"])[0]


@pytest.fixture
def delivery(endpoint: WebhookEndpoint) -> WebhookDelivery:
    message = WebhookMessage.objects.create(
        workspace=endpoint.workspace, event_type="call.status", payload={"to": "<b>+15550100001</b>"}
    )
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        message=message,
        status="failed",
        attempts=10,
        last_code=500,
        last_error="HTTP 500: <i>no</i>",
    )


def page(row: Any, button: str = "change") -> str:
    return f"/admin/accounts/{row._meta.model_name}/{row.pk}/{button}/"


def test_the_secret_of_a_new_endpoint_stands_in_the_answer_and_nowhere_else(
    signed_in: Browser, acme_owner: User, acme: Workspace
) -> None:
    browser = signed_in(acme_owner)
    form = {"workspace": acme.pk, "url": "https://hooks.acme.example/", "event_types": ["call.ended"], "active": "on"}
    answer = browser.post(ADD, form)
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secret in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert endpoint.event_types == ["call.ended"]
    for path in (LIST, page(endpoint), page(endpoint, "history")):
        assert "whsec_" not in browser.get(path).text, path


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("url", "https://10.0.0.1/", "cannot be called"),
        ("url", "http://a.example/", "must start"),
        ("event_types", [], "Select"),
    ],
)
def test_wrong_input_is_explained_at_its_field(
    signed_in: Browser, acme_owner: User, acme: Workspace, field: str, value: Any, words: str
) -> None:
    form = {"workspace": acme.pk, "url": "https://hooks.acme.example/", "event_types": ["call.ended"], field: value}
    assert words in signed_in(acme_owner).post(ADD, form).text
    assert not WebhookEndpoint.objects.exists()


def test_a_full_workspace_is_told_so(
    signed_in: Browser, acme_owner: User, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST_ENDPOINTS", 1)
    form = {"workspace": endpoint.workspace_id, "url": "https://a.example/", "event_types": ["call.ended"]}
    assert "at most 1 webhook endpoints" in signed_in(acme_owner).post(ADD, form).text


def test_a_disabled_endpoint_says_why_and_is_activated_by_the_form(
    signed_in: Browser, acme_owner: User, endpoint: WebhookEndpoint
) -> None:
    WebhookEndpoint.objects.update(active=False, disabled_reason="It answered 410.", failing_since=timezone.now())
    browser = signed_in(acme_owner)
    assert "It answered 410." in browser.get(page(endpoint)).text
    browser.post(page(endpoint), {"url": endpoint.url, "event_types": endpoint.event_types, "active": "on"})
    fresh = WebhookEndpoint.objects.get()
    assert (fresh.active, fresh.disabled_reason, fresh.failing_since) == (True, "", None)
    assert fresh.secret == endpoint.secret


def test_a_new_secret_is_shown_by_the_button_alone(
    signed_in: Browser, acme_owner: User, endpoint: WebhookEndpoint
) -> None:
    browser = signed_in(acme_owner)
    assert browser.get(reverse("admin:accounts_webhook_rotate", args=[endpoint.pk])).status_code == 403
    answer = browser.post(reverse("admin:accounts_webhook_rotate", args=[endpoint.pk]))
    fresh = WebhookEndpoint.objects.get()
    assert fresh.secret != endpoint.secret
    assert fresh.secret in answer.text
    assert endpoint.secret not in answer.text


def test_a_test_leads_to_its_delivery(signed_in: Browser, acme_owner: User, endpoint: WebhookEndpoint) -> None:
    answer = signed_in(acme_owner).post(reverse("admin:accounts_webhook_test", args=[endpoint.pk]), follow=True)
    assert "webhook.test" in answer.text
    WebhookEndpoint.objects.update(active=False)
    answer = signed_in(acme_owner).post(reverse("admin:accounts_webhook_test", args=[endpoint.pk]), follow=True)
    assert "Activate it first" in answer.text


def test_a_delivery_shows_what_came_of_it_and_escapes_what_strangers_wrote(
    signed_in: Browser, acme_viewer: User, delivery: WebhookDelivery
) -> None:
    browser = signed_in(acme_viewer)
    for path in (DELIVERIES, page(delivery)):
        text = browser.get(path).text
        assert "Failed" in text
        assert "HTTP 500: &lt;i&gt;no" in text
        assert "<b>+1555" not in text
    assert delivery.message.webhook_id in browser.get(page(delivery)).text


def test_an_operator_sends_again_by_button_and_by_action(
    signed_in: Browser, acme_operator: User, delivery: WebhookDelivery
) -> None:
    browser = signed_in(acme_operator)
    assert "Resend" in browser.get(page(delivery)).text
    answer = browser.post(page(delivery, "resend"), follow=True)
    assert "Queued: 1." in answer.text
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.PENDING, 0)
    WebhookDelivery.objects.update(status="sending")
    answer = browser.post(DELIVERIES, {"action": "resend_selected", "_selected_action": [delivery.pk]}, follow=True)
    assert "Not sent: 1." in answer.text


def test_a_viewer_reads_and_presses_nothing(
    signed_in: Browser, acme_viewer: User, endpoint: WebhookEndpoint, delivery: WebhookDelivery
) -> None:
    browser = signed_in(acme_viewer)
    assert "hooks.acme.example" in browser.get(page(endpoint)).text
    assert "Resend" not in browser.get(page(delivery)).text
    assert refusals(browser, endpoint, delivery) == {403}


def test_an_outsider_sees_and_presses_nothing(
    signed_in: Browser, outsider: User, endpoint: WebhookEndpoint, delivery: WebhookDelivery
) -> None:
    browser = signed_in(outsider)
    for path in (LIST, DELIVERIES, page(endpoint), page(delivery)):
        text = browser.get(path, follow=True).text
        assert "hooks.acme.example" not in text, path
        assert delivery.message.webhook_id not in text
    assert refusals(browser, endpoint, delivery) == {403}
    browser.post(DELIVERIES, {"action": "resend_selected", "_selected_action": [delivery.pk]})
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.FAILED


def refusals(browser: Client, endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> set[int]:
    """Press every button; return the answers."""
    buttons = [reverse(f"admin:accounts_webhook_{name}", args=[endpoint.pk]) for name in ("rotate", "test")]
    return {browser.post(path).status_code for path in (*buttons, page(delivery, "resend"))}


def test_a_list_of_deliveries_has_a_budget_of_queries(
    signed_in: Browser, acme_viewer: User, endpoint: WebhookEndpoint, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        message = WebhookMessage.objects.create(
            workspace=endpoint.workspace, event_type="call.status", payload={"number": number}
        )
        WebhookDelivery.objects.create(endpoint=endpoint, message=message)
    browser = signed_in(acme_viewer)
    with django_assert_max_num_queries(10):
        browser.get(DELIVERIES)
