"""Bodies without a Content-Length, as the WSGI server hands them over."""

import json
from contextlib import closing
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory

from accounts.models import Workspace
from accounts.services.keys import create_api_key
from voxa.wsgi import application

# The WSGI application closes its connection at the end of a request, which ends a test's transaction.
pytestmark = [pytest.mark.urls("tests.api.probe"), pytest.mark.django_db(transaction=True)]
ALL = ["workspace:admin"]


class Counted(BytesIO):
    """An endless body that counts what was read of it."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.given += size or 0
        return b" " * (size or 0)


def send(acme: Workspace, body: bytes | BytesIO, scopes: list[str] | None = None, **meta: str) -> tuple[int, Any]:
    key = create_api_key(acme, "ci", scopes or ALL)[1]
    request = RequestFactory().post(meta.pop("path", "/v1/probes"), HTTP_AUTHORIZATION=f"Bearer {key}")
    environ = request.META | {
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body) if isinstance(body, bytes) else body,
        "wsgi.input_terminated": True,
        **meta,
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


@pytest.mark.parametrize("given", ["", "Bearer", "Basic eDp5", "Bearer vx_live_unknown"])
def test_without_a_key_nothing_of_the_body_is_read(acme: Workspace, given: str) -> None:
    endless = Counted()
    assert send(acme, endless, HTTP_AUTHORIZATION=given)[0] == 401
    assert endless.given == 0


def test_with_a_key_of_another_scope_nothing_of_the_body_is_read(acme: Workspace) -> None:
    endless = Counted()
    assert send(acme, endless, ["calls:read"])[0] == 403
    assert endless.given == 0


@pytest.mark.parametrize("path", ["/livekit/webhook", "/internal/agent/report"])
def test_without_a_token_of_livekits_nothing_of_the_body_is_read(acme: Workspace, path: str) -> None:
    endless = Counted()
    assert send(acme, endless, path=path)[0] == 401
    assert endless.given == 0


@pytest.mark.parametrize("path", ["/v1/probes", "/admin/login/"])
def test_an_endless_chunked_body_is_413_soon_after_the_limit(acme: Workspace, path: str) -> None:
    endless = Counted()
    status, answer = send(acme, endless, path=path)
    assert (status, answer["error"]["code"]) == (413, "body_too_large")
    assert endless.given <= 1_048_577


def test_an_empty_chunked_body_is_an_empty_one(acme: Workspace) -> None:
    status, answer = send(acme, b"")
    assert (status, answer["error"]["details"][0]["field"]) == (400, "name")


def test_a_body_that_ends_before_its_length_is_408(acme: Workspace) -> None:
    cut: dict[str, Any] = {"wsgi.input_terminated": "", "HTTP_TRANSFER_ENCODING": "", "CONTENT_LENGTH": "500"}
    status, answer = send(acme, b'{"name":', **cut)
    assert (status, answer["error"]["code"]) == (408, "request_timeout")


def test_a_drip_does_not_stretch_the_deadline(acme: Workspace) -> None:
    class Late(BytesIO):
        sent_by = 0.0  # long ago

    assert send(acme, Late(b'{"name": "late"}'))[0] == 408
