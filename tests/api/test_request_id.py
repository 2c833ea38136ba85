"""X-Request-Id is on every answer and in the log; the key is in neither."""

import logging
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient
from structlog.stdlib import ProcessorFormatter

pytestmark = pytest.mark.urls("tests.api.probe")


@pytest.mark.parametrize("path", ["/v1/probes", "/nowhere", "/healthz", "/admin/login/"])
def test_every_answer_has_one(api: APIClient, path: str) -> None:
    first, second = (api.get(path).headers["X-Request-Id"] for _ in range(2))
    assert UUID(first) != UUID(second)


def test_an_error_has_one_too(api: APIClient) -> None:
    assert UUID(api.post("/v1/probes", {"name": "bug"}).headers["X-Request-Id"])
    assert UUID(APIClient().get("/v1/probes").headers["X-Request-Id"])


def test_a_clients_own_is_kept(api: APIClient) -> None:
    answer = api.get("/v1/probes", headers={"X-Request-Id": "order-7:a.b_c"})
    assert answer.headers["X-Request-Id"] == "order-7:a.b_c"


@pytest.mark.parametrize("given", ["", "a b", "a\tb", "é", "x" * 129, "<script>", '{"a":1}'])
def test_one_that_would_harm_a_log_is_replaced(api: APIClient, given: str) -> None:
    assert UUID(api.get("/v1/probes", headers={"X-Request-Id": given}).headers["X-Request-Id"])


def test_the_log_names_the_request_and_no_secret(acme: Any, make_key: Any, caplog: pytest.LogCaptureFixture) -> None:
    text = make_key(acme)[1]
    api = APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {text}")
    with caplog.at_level(logging.DEBUG):
        for body in ({"name": "a", "extra": "s3cret-word"}, {"name": "bug", "extra": "s3cret-word"}):
            api.post("/v1/probes", body, headers={"X-Request-Id": "id-in-the-log"})
    assert "id-in-the-log" in caplog.text
    assert "s3cret-word" not in caplog.text
    assert text not in caplog.text


def test_the_log_has_no_queries_for_they_hold_numbers(api: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        api.get("/v1/probes?number=%2B12025550123")
    assert "GET /v1/probes" in caplog.text
    assert "12025550123" not in caplog.text


def test_what_is_printed_for_a_bug_has_no_local_variables(api: APIClient) -> None:
    handler = next(h for h in logging.getLogger().handlers if isinstance(h.formatter, ProcessorFormatter))
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(printed := StringIO())
    try:
        api.post("/v1/probes", {"name": "bug", "extra": "s3cret-word"})
    finally:
        handler.setStream(before)
    assert "RuntimeError" in printed.getvalue()
    assert "s3cret-word" not in printed.getvalue()
