"""One wrong field is counted as one, over the API and in the admin, however much is wrong with it."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User, Workspace
from tests.admin.conftest import Browser, signed_in
from voxa.core.api.errors import Detail, _summary

__all__ = ["signed_in"]


def test_two_findings_of_one_field_are_one_wrong_field() -> None:
    twice = [Detail("url", "max_length", "Too long."), Detail("url", "unsafe_url", "No URL.")]
    assert _summary(twice) == "url: Too long. No URL."
    assert _summary([*twice, Detail("name", "required", "Missing.")]) == "2 fields are invalid; see details."
    assert _summary([Detail(None, "invalid", "Send an object.")]) == "Send an object."


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/webhooks", {"url": "ftp://{x}" + "x" * 2000, "eventTypes": ["call.ended"]}, "url"),
        ("/v1/webhooks", {"url": "https://hooks.example.com/a b", "eventTypes": ["call.ended"]}, "url"),
        ("/v1/agents", {"name": "A", "language": "x" * 36}, "language"),
        ("/v1/agents", {"name": ""}, "name"),
        ("/v1/agents", {"name": "A", "transfers": [{"name": "sales", "to": ""}]}, "transfers[0].to"),
        ("/v1/agents", {"name": "A", "tools": [{"name": "t", "description": "d"}]}, "tools[0].url"),
        ("/v1/do-not-call", {"numbers": ["+1" + "2" * 30]}, "numbers[0]"),
    ],
)
def test_one_wrong_field_over_the_api(api: APIClient, path: str, body: dict[str, object], field: str) -> None:
    error = api.post(path, body).json()["error"]
    assert {detail["field"] for detail in error["details"]} == {field}
    assert error["message"].startswith(f"{field}: ")


def test_wrong_fields_of_a_page_are_counted(acme: Workspace, acme_owner: User, signed_in: Browser) -> None:
    client, add = signed_in(acme_owner), reverse("admin:accounts_webhookendpoint_add")
    body = {"workspace": acme.pk, "url": "https://hooks.example.com/a b", "event_types": ["call.ended"]}
    assert "Correct the error below." in client.post(add, body).content.decode()
    assert "Correct the 2 errors below." in client.post(add, {**body, "event_types": []}).content.decode()
