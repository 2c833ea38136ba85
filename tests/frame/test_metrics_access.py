"""Who gets the metrics: whoever has the token; without https this machine as well."""

from typing import Any

import pytest
from django.test import Client

PROXIES = [
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-For": "::1"},
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Host": "127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 proxy"},
]
HTTPS = ["https://voxa.example.com", "HTTPS://voxa.example.com", "https://voxa.example.com:8443/voxa"]


def status(client: Client, peer: str = "127.0.0.1", **headers: str) -> int:
    return client.get("/metrics", REMOTE_ADDR=peer, headers=headers).status_code


@pytest.fixture
def _http(settings: Any) -> None:
    settings.API_PUBLIC_URL, settings.METRICS_TOKEN = "http://127.0.0.1:8000", ""


@pytest.mark.usefixtures("_http")
@pytest.mark.parametrize(
    ("peer", "expected"),
    [("127.0.0.1", 200), ("127.9.9.9", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("10.1.2.3", 403), ("", 403)],
)
def test_without_https_this_machine_needs_no_token(client: Client, peer: str, expected: int) -> None:
    assert status(client, peer) == expected


@pytest.mark.usefixtures("_http")
@pytest.mark.parametrize("headers", PROXIES)
def test_what_a_proxy_passed_on_is_not_of_this_machine(client: Client, headers: dict[str, str]) -> None:
    assert status(client, **headers) == 403
    assert status(client, "10.1.2.3", **headers) == 403


@pytest.mark.parametrize("url", HTTPS)
@pytest.mark.parametrize("headers", [{}, *PROXIES])
def test_with_https_everyone_needs_the_token(client: Client, settings: Any, url: str, headers: dict[str, str]) -> None:
    settings.API_PUBLIC_URL = url
    for settings.METRICS_TOKEN in ("", "let-me-in"):
        for peer in ("127.0.0.1", "::1", "10.1.2.3"):
            assert status(client, peer, **headers) == 403
    assert status(client, Authorization="Bearer let-me-in", **headers) == 200
    assert status(client, "10.1.2.3", Authorization="bearer let-me-in", **headers) == 200


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer ", "Bearer wrong", "let-me-in", "Basic let-me-in", "Bearer let-me-in x", "Bearer é"]
)
@pytest.mark.parametrize("token", ["", "let-me-in"])
def test_only_the_whole_token_counts(client: Client, settings: Any, token: str, shown: str) -> None:
    settings.METRICS_TOKEN = token
    assert status(client, "10.1.2.3", Authorization=shown) == 403


def test_a_refusal_names_the_setting(client: Client) -> None:
    answer = client.get("/metrics", REMOTE_ADDR="10.1.2.3")
    assert "METRICS_TOKEN" in answer.json()["error"]["message"]
