"""Bodies without a Content-Length, as the WSGI server hands them over."""

import json
from contextlib import closing
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory

from accounts.models import Workspace
from accounts.services.keys import create_api_key
from voxa.chunked import ChunkedBodies
from voxa.wsgi import application

# The WSGI application closes its connection at the end of a request, which ends a test's transaction.
pytestmark = [pytest.mark.urls("tests.api.probe"), pytest.mark.django_db(transaction=True)]
ALL = ["workspace:admin"]


def send(acme: Workspace, body: bytes) -> tuple[int, Any]:
    request = RequestFactory().post("/v1/probes", HTTP_AUTHORIZATION=f"Bearer {create_api_key(acme, 'ci', ALL)[1]}")
    environ = request.META | {
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
    }
    statuses: list[str] = []
    answer: Any = application(environ, lambda status, headers, *rest: statuses.append(status))
    with closing(answer):
        return int(statuses[0].split()[0]), json.loads(b"".join(answer))


def test_a_chunked_body_is_read(acme: Workspace) -> None:
    status, answer = send(acme, b'{"name": "in chunks"}')
    assert (status, answer["name"]) == (201, "in chunks")


def test_a_long_chunked_body_is_413(acme: Workspace) -> None:
    assert send(acme, b'{"name": "%s"}' % (b"a" * 10_000_000))[0] == 413


def test_an_endless_chunked_body_is_413_and_not_read_to_its_end(acme: Workspace) -> None:
    class Endless(BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.given += size or 0
            return b" " * (size or 0)

    endless = Endless()
    environ = {"wsgi.input": endless, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "Chunked"}
    seen: dict[str, Any] = {}
    answer: Any = ChunkedBodies(lambda environ, start: seen.update(environ) or [])(environ, None)
    with closing(answer):
        assert not list(answer)
    assert seen["wsgi.input"].closed
    assert int(seen["CONTENT_LENGTH"]) == endless.given == 32 * 1_048_576
