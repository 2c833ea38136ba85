"""The endpoint of assistant requests and its secret, of a workspace and of a number."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from telephony.models import PhoneNumber, TelephonySettings, Trunk
from telephony.services.numbers import add_number

SECRET = "whsec_" + "QUJD" * 11
URL = "https://crm.example.com/voxa"
SETTINGS, NUMBERS = "/v1/settings/telephony", "/v1/telephony/numbers"


@pytest.fixture(params=["workspace", "number"])
def path(request: pytest.FixtureRequest, acme: Any, trunk: Trunk) -> str:
    if request.param == "workspace":
        return SETTINGS
    return f"{NUMBERS}/{add_number(trunk, '+15550100000').pk}"


def stored() -> str | None:
    rows: list[Any] = [*TelephonySettings.objects.all(), *PhoneNumber.objects.all()]
    return next((row.assistant_request_secret for row in rows if row.assistant_request_url), None)


def give(api: APIClient, path: str, **more: Any) -> Any:
    return api.patch(path, {"assistantRequestUrl": URL, "assistantRequestSecret": SECRET, **more})


def fields(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {one["field"]: one["code"] for one in answer.json()["error"]["details"]}


def test_url_and_secret_are_set_together_and_the_secret_is_never_shown(api: APIClient, path: str) -> None:
    answer = give(api, path)
    assert answer.json()["assistantRequestUrl"] == URL
    assert stored() == SECRET
    assert SECRET not in answer.text + api.get(path).text + api.get(NUMBERS).text


def test_another_url_needs_the_secret_again(api: APIClient, path: str) -> None:
    assert fields(api.patch(path, {"assistantRequestUrl": URL})) == {"assistantRequestSecret": "required"}
    give(api, path)
    moved = api.patch(path, {"assistantRequestUrl": "https://evil.example.com/voxa"})
    assert fields(moved) == {"assistantRequestSecret": "secret_required"}
    assert api.patch(path, {"assistantRequestUrl": "https://CRM.example.com:443/voxa"}).status_code == 200
    assert give(api, path, assistantRequestUrl="https://new.example.com/").status_code == 200


@pytest.mark.parametrize("empty", ["", None])
def test_without_a_url_the_secret_is_removed(api: APIClient, path: str, empty: str | None) -> None:
    give(api, path)
    sent = {"assistantRequestUrl": empty} if empty is not None else {"assistantRequestUrl": ""}
    assert api.patch(path, sent).json()["assistantRequestUrl"] == ""
    assert stored() is None
    assert fields(api.patch(path, {"assistantRequestSecret": SECRET})) == {"assistantRequestUrl": "required"}


@pytest.mark.parametrize(
    "url",
    ["http://crm.example.com/", "https://127.0.0.1/", "https://10.0.0.1/", "https://localhost/", "https://[::1]/",
     "https://u:p@crm.example.com/", "ftp://crm.example.com/", "crm", "https://169.254.169.254/latest"],
)  # fmt: skip
def test_addresses_that_webhooks_may_not_have_are_refused(api: APIClient, path: str, url: str) -> None:
    assert "assistantRequestUrl" in fields(give(api, path, assistantRequestUrl=url))


@pytest.mark.parametrize("secret", ["secret", "whsec_", "whsec_abc", "whsec_" + "QUJD" * 4, "whsec_" + "é" * 32])
def test_a_weak_or_malformed_secret_is_refused(api: APIClient, path: str, secret: str) -> None:
    assert "assistantRequestSecret" in fields(give(api, path, assistantRequestSecret=secret))


def test_an_outsider_finds_no_such_number(outsider_api: APIClient, trunk: Trunk) -> None:
    number = add_number(trunk, "+15550100000")
    assert give(outsider_api, f"{NUMBERS}/{number.pk}").status_code == 404


def test_history_keeps_no_secret(api: APIClient, path: str) -> None:
    give(api, path)
    names = {field.name for row in (TelephonySettings, PhoneNumber) for field in row.history.model._meta.fields}
    assert "assistant_request_url" in names
    assert "assistant_request_secret" not in names
