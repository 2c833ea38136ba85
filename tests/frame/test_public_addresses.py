"""Which addresses and hosts may be called."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxa.core.http.public_addresses import refused_address, refused_host

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)
NOT_PUBLIC_V4 = st.sampled_from(
    [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ]
).flatmap(lambda network: st.ip_addresses(network=network))


@given(V4 | V6)
def test_whatever_the_standard_library_calls_special_is_refused(address: ipaddress.IPv4Address) -> None:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or not address.is_global
    )
    assert refused_address(address) or not special


@given(NOT_PUBLIC_V4)
def test_a_private_address_is_refused_in_each_of_its_disguises(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    disguises = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),  # IPv4-mapped
        ipaddress.IPv6Address(number),  # IPv4-compatible
        ipaddress.IPv6Address((0x64FF9B << 96) | number),  # NAT64
        ipaddress.IPv6Address((0x64FF9B0001 << 80) | number),  # NAT64, local
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
        ipaddress.IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),  # Teredo
    ]
    assert refused_address(inner)
    assert all(refused_address(disguise) for disguise in disguises)
    assert all(refused_host(str(disguise)) for disguise in disguises)


@given(NOT_PUBLIC_V4)
def test_no_spelling_of_a_private_address_passes_as_a_host(address: ipaddress.IPv4Address) -> None:
    a, b, c, d = address.packed
    spellings = [
        str(address),
        f"{address}.",
        str(int(address)),
        hex(int(address)),
        f"0{int(address):o}",
        f"{a}.{(b << 16) | (c << 8) | d}",
        f"{a}.{b}.{(c << 8) | d}",
        ".".join(f"0x{part:x}" for part in address.packed),
        ".".join(f"0{part:o}" for part in address.packed),
        f"{a}.{b}.{c}.0x{d:x}",
    ]
    assert [spelling for spelling in spellings if refused_host(spelling) is None] == []


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_pass(text: str) -> None:
    assert refused_address(ipaddress.ip_address(text)) is None
    assert refused_host(text) is None


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fe80::1%eth0"]
)
def test_metadata_services_of_clouds_are_refused(text: str) -> None:
    assert refused_address(ipaddress.ip_address(text))


@given(V4)
def test_an_allowed_network_admits_its_own_addresses_and_no_others(address: ipaddress.IPv4Address) -> None:
    allowed = [ipaddress.ip_network("10.1.0.0/16")]
    expected = None if address in allowed[0] else refused_address(address)
    assert refused_address(address, allowed) == expected


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "redis",
        "metadata.google.internal",
        "printer.local",
        "a.localhost",
        "",
        "a..b",
        "-a.com",
        "a b.com",
        "example.com.",
        "x" * 64 + ".com",
        "ex%41mple.com",
    ],
)
def test_local_and_malformed_names_are_refused(host: str) -> None:
    assert refused_host(host)


def test_local_names_pass_where_a_network_is_allowed_and_are_checked_when_called() -> None:
    assert refused_host("redis", [ipaddress.ip_network("10.0.0.0/8")]) is None


@pytest.mark.parametrize("host", ["hooks.example.com", "a_b.example.com", "xn--bcher-kva.example", "1.example.com"])
def test_ordinary_names_pass(host: str) -> None:
    assert refused_host(host) is None
