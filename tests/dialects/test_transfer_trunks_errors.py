"""Every error of the transfer-trunk dialect is `{"error": {"code", "message", "param", "type"}}`."""

from typing import Any

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import Trunk
from tests.conftest import ApiFor

PATH = "/sip-trunks"
BODY = {"name": "Office", "host": "pbx.example.com", "username": "u", "password": "a secret"}


def error_of(answer: Any) -> dict[str, Any]:
    assert list(answer.json()) == ["error"]
    error: dict[str, Any] = answer.json()["error"]
    assert list(error) == ["code", "message", "param", "type"]
    return error


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"name": None}, "name", "invalid_request"),
        ({"name": "x" * 101}, "name", "invalid_request"),
        ({"host": "sip:pbx.example.com"}, "host", "invalid_request"),
        ({"host": 5}, "host", "invalid_request"),
        ({"port": 70000}, "port", "invalid_request"),
        ({"port": "x"}, "port", "invalid_request"),
        ({"name": 5}, "name", "invalid_request"),
        ({"username": ""}, "username", "invalid_request"),
        ({"username": "u\r\nVia: x"}, "username", "invalid_request"),
        ({"password": "a\tsecret"}, "password", "invalid_request"),
        ({"password": 1.10}, "password", "invalid_request"),
        ({"password": ""}, "password", "invalid_request"),
        ({"passwort": "x"}, "passwort", "invalid_request"),
    ],
)
def test_a_wrong_field_is_named(api: APIClient, change: dict[str, Any], param: str, code: str) -> None:
    answer = api.post(PATH, {**BODY, **change})
    error = error_of(answer)
    assert (answer.status_code, error["param"], error["code"]) == (400, param, code)
    assert error["type"] == "invalid_request_error"
    assert not Trunk.objects.exists()


@pytest.mark.parametrize("field", BODY)
def test_a_missing_field_has_a_code_of_its_own(api: APIClient, field: str) -> None:
    error = error_of(api.post(PATH, {name: value for name, value in BODY.items() if name != field}))
    assert (error["code"], error["param"]) == ("missing_field", field)


def test_the_message_names_them_all(api: APIClient) -> None:
    message = error_of(api.post(PATH, {"host": "no host", "port": 0}))["message"]
    assert all(f"{field}:" in message for field in ("name", "host", "port", "username", "password"))


@pytest.mark.parametrize("body", [[], "text", None, 5])
def test_a_body_that_is_no_object_is_a_400(api: APIClient, body: Any) -> None:
    assert error_of(api.post(PATH, body))["code"] in ("invalid_request", "missing_field")


def test_the_frames_errors_have_the_shape_too(api: APIClient, client: APIClient) -> None:
    cases: list[tuple[Response, int, str]] = [
        (client.get(PATH), 401, "unauthorized"),
        (api.get(f"{PATH}/nothing"), 404, "not_found"),
        (api.get(f"{PATH}/a/b"), 404, "not_found"),
        (api.put(PATH, BODY), 405, "invalid_request"),
        (api.post(PATH, "{", content_type="application/json"), 400, "invalid_request"),
        (api.post(PATH, "x" * 1_100_000, content_type="application/json"), 413, "invalid_request"),
        (api.post(PATH, "name=x", content_type="text/plain"), 415, "invalid_request"),
    ]
    for answer, status, code in cases:
        assert (answer.status_code, error_of(answer)["code"]) == (status, code)
    assert cases[0][0]["WWW-Authenticate"].startswith("Bearer")


def test_too_many_requests_say_when_to_come_back(api: APIClient, settings: Any) -> None:
    settings.API_RATE_LIMIT = 1
    api.get(PATH)
    answer = api.get(PATH)
    assert (answer.status_code, error_of(answer)["code"]) == (429, "rate_limit_exceeded")
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_a_weaker_key_is_a_403(api_for: ApiFor, acme: Workspace) -> None:
    answer = api_for(acme, Scope.AGENTS_READ).post(PATH, BODY)
    assert (answer.status_code, error_of(answer)["type"]) == (403, "permission_error")
    assert api_for(acme, Scope.CALLS_READ).get(PATH).status_code == 403
