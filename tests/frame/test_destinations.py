"""Which spellings of an address are one destination, and which are another."""

import pytest

from voxa.core.destinations import host_key, same_url

URL = "https://models.example.com/v1"
SAME = [
    URL,
    "https://models.example.com/v1/",
    "https://MODELS.example.com/v1",
    "HTTPS://models.example.com/v1",
    "https://models.example.com:443/v1",
    "https://models.example.com./v1",
    " https://models.example.com/v1 ",
]
OTHER = [
    "",
    None,
    "https://models.example.org/v1",
    "https://models.example.com.evil.example/v1",
    "https://models.example.com@evil.example/v1",
    "https://evil@models.example.com/v1",
    "https://models.example.com:8443/v1",
    "http://models.example.com/v1",
    "https://models.example.com/v2",
    "https://models.example.com/V1",
    "https://models.example.com/v1?key=1",
    "https://models.example.com",
    "https://[::1]/v1",
    "https://models.example.com:port/v1",
    "no URL",
]


@pytest.mark.parametrize("url", SAME)
def test_another_spelling_is_the_same_destination(url: str) -> None:
    assert same_url(URL, url)


@pytest.mark.parametrize("url", OTHER)
def test_another_address_is_another_destination(url: str | None) -> None:
    assert not same_url(URL, url)


def test_nothing_is_nothing_in_each_way_of_saying_so() -> None:
    assert same_url("", None)
    assert same_url(None, "  ")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sip.telnyx.com", "SIP.Telnyx.com.", True),
        ("2001:db8::1", "[2001:DB8:0::1]", True),
        ("192.0.2.1", "192.0.2.1", True),
        ("sip.telnyx.com", "sip.telnyx.eu", False),
        ("192.0.2.1", "192.0.2.10", False),
    ],
)
def test_hosts_are_compared_whatever_their_spelling(one: str, other: str, same: bool) -> None:
    assert (host_key(one) == host_key(other)) is same
