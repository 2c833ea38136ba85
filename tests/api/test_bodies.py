"""What is not JSON as we take it is refused by name: never kept, never a 500."""

from io import BytesIO
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.api.test_errors import error, fields

pytestmark = pytest.mark.urls("tests.api.probe")


def post(api: APIClient, body: bytes, **more: Any) -> Any:
    return api.post("/v1/probes", body, content_type="application/json", **more)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b'{"name": "a"} x',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\x00"}',
        b'{"name": "a", "extra": NaN}',
        b'{"name": "a", "extra": -Infinity}',
        b'{"name": "a", "extra": 1e999}',
        b'{"name": "a", "extra": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"name": "a", "name": "b"}',
        b'{"name": "a", "extra": [{"deep": 1, "deep": 1}]}',
    ],
)
def test_broken_json_is_400(api: APIClient, body: bytes) -> None:
    assert error(post(api, body), 400)["code"] == "parse_error"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (rb'{"name": "a\u0000b"}', "name"),
        (rb'{"name": "\ud800"}', "name"),
        (rb'{"name": "a", "hops": [{}, {"ipOrDomain": "\udfff"}]}', "hops[1].ipOrDomain"),
        (rb'{"name": "a", "extra": {"deep": ["\u0000"]}}', "extra.deep[0]"),
        (rb'{"name": "a", "extra": {"\u0000": 1}}', "extra"),
        (rb'{"\ud800": 1}', None),
        (rb'"\u0000"', None),
    ],
)
def test_text_that_no_database_keeps_is_400_and_named(api: APIClient, body: bytes, field: str | None) -> None:
    assert fields(post(api, body)) == {field: "invalid_text"}


def test_escapes_that_are_text_pass(api: APIClient) -> None:
    assert post(api, rb'{"name": "\ud83d\ude00 \u00e9"}').json()["name"] == "😀 é"


@pytest.mark.parametrize("size", [1_048_577, 10_000_000])
def test_a_body_over_1_mib_is_413(api: APIClient, size: int) -> None:
    assert error(post(api, b'{"name": "%s"}' % (b"a" * size)), 413)["code"] == "body_too_large"


def test_a_body_of_1_mib_is_read(api: APIClient) -> None:
    body = b'{"name": "a"' + b" " * (1_048_576 - 13) + b"}"
    assert len(body) == 1_048_576
    assert post(api, body).status_code == 201


def test_no_body_is_an_empty_one(api: APIClient) -> None:
    assert fields(api.post("/v1/probes")) == {"name": "required"}


def test_a_declared_length_over_the_limit_is_refused_unread(api: APIClient) -> None:
    sent = BytesIO(b"a" * 3_000_000)
    post(api, b"", **{"wsgi.input": sent, "CONTENT_LENGTH": "3000000"})
    assert sent.tell() == 0
