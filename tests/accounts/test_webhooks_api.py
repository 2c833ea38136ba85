"""Webhooks through the API."""

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import WebhookDelivery, WebhookEndpoint, Workspace
from tests.accounts.conftest import Emit
from tests.conftest import ApiFor
from tests.receiver import Receiver, answer

NEW: dict[str, Any] = {"url": "https://hooks.example.com/voxa", "eventTypes": ["call.ended"]}


def wrong_fields(response: Any) -> list[str]:
    assert response.status_code == 400
    return sorted(detail["field"] for detail in response.json()["error"]["details"])


def test_a_webhook_is_created_and_its_secret_shown_once(api: APIClient) -> None:
    made = api.post("/v1/webhooks", NEW)
    assert made.status_code == 201
    body = made.json()
    secret = body.pop("secret")
    assert secret == WebhookEndpoint.objects.get().secret
    assert body["eventTypes"] == ["call.ended"]
    assert body["active"] is True
    got = api.get(f"/v1/webhooks/{body['id']}")
    listed = api.get("/v1/webhooks")
    assert got.json() == body
    assert listed.json()["results"] == [body]
    assert secret not in got.text + listed.text


def test_a_webhook_may_be_created_asleep(api: APIClient) -> None:
    assert api.post("/v1/webhooks", {**NEW, "active": False}).json()["active"] is False


def test_every_wrong_field_is_named_with_what_to_do(api: APIClient) -> None:
    assert wrong_fields(api.post("/v1/webhooks", {})) == ["eventTypes", "url"]
    response = api.post("/v1/webhooks", {"url": "https://127.0.0.1/", "eventTypes": ["nonsense"], "secret": "mine"})
    assert [field.split("[")[0] for field in wrong_fields(response)] == ["eventTypes", "secret", "url"]
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://localhost/",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "x",
        "",
    ],
)
def test_unsafe_urls_are_refused(api: APIClient, url: str) -> None:
    assert wrong_fields(api.post("/v1/webhooks", {**NEW, "url": url})) == ["url"]


@pytest.mark.parametrize("chosen", [[], ["call.ended", "call.ended"], "call.ended", None, [["call.ended"]]])
def test_event_types_are_chosen_from_the_list_each_once(api: APIClient, chosen: Any) -> None:
    wrong = wrong_fields(api.post("/v1/webhooks", {**NEW, "eventTypes": chosen}))
    assert wrong[0].startswith("eventTypes")


def test_a_webhook_is_changed_and_deleted(api: APIClient, endpoint: WebhookEndpoint, web: Receiver) -> None:
    path = f"/v1/webhooks/{endpoint.pk}"
    changed = api.patch(path, {"url": web.url("/moved"), "eventTypes": ["trunk.status"], "active": False})
    assert changed.status_code == 200
    assert (changed.json()["url"], changed.json()["active"]) == (web.url("/moved"), False)
    assert api.patch(path, {}).json()["url"] == web.url("/moved")
    assert wrong_fields(api.patch(path, {"url": "https://10.0.0.1/"})) == ["url"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_activating_clears_the_reason_it_was_disabled_for(api: APIClient, endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.update(active=False, disabled_reason="410")
    body = api.patch(f"/v1/webhooks/{endpoint.pk}", {"active": True}).json()
    assert (body["active"], body["disabledReason"]) == (True, "")


def test_a_rotation_shows_the_new_secret_and_when_the_old_one_ends(api: APIClient, endpoint: WebhookEndpoint) -> None:
    body = api.post(f"/v1/webhooks/{endpoint.pk}/rotate-secret").json()
    fresh = WebhookEndpoint.objects.get()
    assert body["secret"] == fresh.secret != endpoint.secret
    assert body["previousSecretExpiresAt"] is not None
    assert endpoint.secret not in str(body)


def test_deliveries_tell_what_came_of_each_attempt(
    api: APIClient, endpoint: WebhookEndpoint, web: Receiver, tell: Emit
) -> None:
    web.respond = answer(500, b"database down")
    delivery = tell("call.status", {"id": "c1"})
    (row,) = api.get(f"/v1/webhooks/{endpoint.pk}/deliveries").json()["results"]
    assert row["webhookId"] == delivery.message.webhook_id
    assert (row["eventType"], row["payload"]) == ("call.status", {"id": "c1"})
    assert (row["status"], row["attempts"], row["lastCode"]) == ("pending", 1, 500)
    assert row["lastError"] == "HTTP 500: database down"
    assert api.get(f"/v1/webhooks/{endpoint.pk}/deliveries?status=failed").json()["results"] == []
    assert wrong_fields(api.get(f"/v1/webhooks/{endpoint.pk}/deliveries?status=nonsense")) == ["status"]


def test_a_list_of_deliveries_costs_the_same_however_long_it_is(
    api: APIClient, endpoint: WebhookEndpoint, tell: Emit, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        tell()
    with django_assert_max_num_queries(5):
        assert len(api.get(f"/v1/webhooks/{endpoint.pk}/deliveries").json()["results"]) == 5


def test_a_resent_delivery_keeps_its_webhook_id(
    api: APIClient, endpoint: WebhookEndpoint, web: Receiver, tell: Emit, django_capture_on_commit_callbacks: Any
) -> None:
    delivery = tell()
    with django_capture_on_commit_callbacks(execute=True):
        resent = api.post(f"/v1/webhooks/{endpoint.pk}/deliveries/{delivery.pk}/resend")
    assert resent.status_code == 202
    assert (resent.json()["status"], resent.json()["attempts"]) == ("pending", 0)
    first, second = web.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_what_is_being_sent_or_belongs_to_an_inactive_webhook_is_not_resent(
    api: APIClient, endpoint: WebhookEndpoint, tell: Emit
) -> None:
    path = f"/v1/webhooks/{endpoint.pk}/deliveries/{tell().pk}/resend"
    WebhookDelivery.objects.update(status="sending")
    assert api.post(path).json()["error"]["code"] == "being_sent"
    WebhookEndpoint.objects.update(active=False)
    refused = api.post(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "endpoint_inactive")


def test_a_test_message_goes_to_this_webhook_alone_whatever_it_asked_for(
    api: APIClient, acme: Workspace, web: Receiver, django_capture_on_commit_callbacks: Any
) -> None:
    first = api.post("/v1/webhooks", {"url": web.url("/first"), "eventTypes": ["trunk.status"]}).json()
    api.post("/v1/webhooks", {"url": web.url("/second"), "eventTypes": ["trunk.status"]})
    with django_capture_on_commit_callbacks(execute=True):
        sent = api.post(f"/v1/webhooks/{first['id']}/test")
    assert (sent.status_code, sent.json()["eventType"]) == (202, "webhook.test")
    assert [request.path for request in web.requests] == ["/first"]


def test_a_workspace_has_a_bounded_number_of_webhooks(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.webhooks.MOST_ENDPOINTS", 1)
    api.post("/v1/webhooks", NEW)
    refused = api.post("/v1/webhooks", NEW)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_endpoints")


def every_operation(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> list[tuple[str, str]]:
    one = f"/v1/webhooks/{endpoint.pk}"
    return [
        ("get", one),
        ("patch", one),
        ("delete", one),
        ("post", f"{one}/rotate-secret"),
        ("post", f"{one}/test"),
        ("get", f"{one}/deliveries"),
        ("post", f"{one}/deliveries/{delivery.pk}/resend"),
    ]


def test_an_outsider_finds_nothing_and_changes_nothing(
    outsider_api: APIClient, endpoint: WebhookEndpoint, tell: Emit
) -> None:
    for method, path in every_operation(endpoint, tell()):
        assert getattr(outsider_api, method)(path).status_code == 404, path
    assert outsider_api.get("/v1/webhooks").json()["results"] == []
    fresh = WebhookEndpoint.objects.get()
    assert (fresh.secret, fresh.active) == (endpoint.secret, True)
    assert WebhookDelivery.objects.count() == 1


def test_a_delivery_of_another_webhook_is_not_found(
    api: APIClient, outsider_api: APIClient, endpoint: WebhookEndpoint, tell: Emit
) -> None:
    theirs = outsider_api.post("/v1/webhooks", NEW).json()["id"]
    assert outsider_api.post(f"/v1/webhooks/{theirs}/deliveries/{tell().pk}/resend").status_code == 404
    assert api.post(f"/v1/webhooks/{endpoint.pk}/deliveries/{uuid.uuid4()}/resend").status_code == 404


def test_only_a_key_for_the_whole_workspace_may_see_webhooks(
    api_for: ApiFor, acme: Workspace, endpoint: WebhookEndpoint, tell: Emit
) -> None:
    weak = api_for(acme, Scope.AGENTS_READ, Scope.AGENTS_WRITE, Scope.CALLS_READ, Scope.CALLS_WRITE)
    operations = [*every_operation(endpoint, tell()), ("get", "/v1/webhooks"), ("post", "/v1/webhooks")]
    for method, path in operations:
        assert getattr(weak, method)(path).status_code == 403, path
        assert getattr(APIClient(), method)(path).status_code == 401, path
