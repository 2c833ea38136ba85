"""The API has its own chain of middleware: no sessions and CSRF, the same headers and host check."""

from typing import Any

import pytest
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client

from accounts.models import Workspace
from telephony.models import Trunk
from tests.conftest import ApiFor

SECURITY = (
    "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Referrer-Policy", "X-Content-Type-Options",
    "X-Frame-Options", "X-Request-Id",
)  # fmt: skip


def refuse(*args: Any) -> None:
    raise AssertionError("Only pages need this.")


def test_the_api_is_answered_without_what_pages_need(
    acme: Workspace, api_for: ApiFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in (SessionMiddleware, AuthenticationMiddleware, CsrfViewMiddleware):
        monkeypatch.setattr(part, "process_request", refuse)
    assert api_for(acme).get("/v1/telephony/trunks").status_code == 200
    with pytest.raises(AssertionError):
        Client().get("/admin/")


@pytest.mark.parametrize("path", ["/v1/telephony/trunks", "/v1/nowhere", "/internal/agent/session", "/nowhere"])
def test_each_answer_has_the_security_headers(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code in (401, 404)
    assert [name for name in SECURITY if name not in answer.headers] == []
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_an_unlisted_host_is_refused(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["voxa.example"]
    assert Client().get("/v1/telephony/trunks", headers={"host": "evil.example"}).status_code == 400


def test_a_change_names_its_key(acme: Workspace, api_for: ApiFor) -> None:
    body = {"name": "One", "gateways": [{"ipOrDomain": "192.0.2.10"}]}
    assert api_for(acme).post("/v1/telephony/trunks", body).status_code == 201
    assert "api key" in Trunk.history.get().history_change_reason.lower()
