"""The client's own address: what proxies in front of Voxa wrote is believed, what the client wrote is not."""

from typing import Any

import pytest
from django.test import RequestFactory

from voxa.core.client_address import client_address, client_network

CASES = [
    # peer, X-Forwarded-For, the client
    ("203.0.113.9", None, "203.0.113.9"),
    ("203.0.113.9", "192.0.2.1", "203.0.113.9"),
    ("127.0.0.1", None, "127.0.0.1"),
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
    ("::1", "192.0.2.1", "192.0.2.1"),
    ("::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"),
    ("127.0.0.1", "10.0.0.1, 192.0.2.1", "192.0.2.1"),
    ("127.0.0.1", "192.0.2.1, 10.9.9.9", "192.0.2.1"),
    ("10.9.9.9", "192.0.2.1,127.0.0.1", "192.0.2.1"),
    ("127.0.0.1", "192.0.2.1:4711", "192.0.2.1"),
    ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
    ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
    ("127.0.0.1", "unknown", "127.0.0.1"),
    ("127.0.0.1", "192.0.2.1, <script>", "127.0.0.1"),
    ("", "192.0.2.1", "192.0.2.1"),
    ("", None, None),
]


@pytest.mark.parametrize(("peer", "forwarded", "client"), CASES)
def test_the_nearest_address_that_no_own_proxy_has(
    settings: Any, peer: str, forwarded: str | None, client: str | None
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.0/8", "::1", "10.9.9.0/24"]
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **headers)  # type: ignore[arg-type]
    assert client_address(request) == client


def test_who_has_a_64_of_ipv6_is_one_client() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
    assert client_network(request) == "2001:db8:1:2::"
