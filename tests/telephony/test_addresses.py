"""How hosts are read: the one stored form, what is refused, and why."""

import ipaddress

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from telephony.addresses import Host, normalize_host, parse_ip, read_host, usable, validate_netmask


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("sip.telnyx.com", Host("sip.telnyx.com")),
        ("SIP.Telnyx.Com.", Host("sip.telnyx.com")),
        (" sip.telnyx.com ", Host("sip.telnyx.com")),
        ("sip.telnyx.com:5061", Host("sip.telnyx.com", 5061)),
        ("bücher.example", Host("xn--bcher-kva.example")),
        ("BÜCHER.example", Host("xn--bcher-kva.example")),
        ("my_pbx.example", Host("my_pbx.example")),
        ("localhost", Host("localhost")),
        ("192.0.2.1", Host("192.0.2.1")),
        ("192.0.2.1.", Host("192.0.2.1")),
        ("192.0.2.1:5080", Host("192.0.2.1", 5080)),
        ("192.0.2.0/24", Host("192.0.2.0", None, 24)),
        ("127.0.0.1", Host("127.0.0.1")),
        ("10.1.2.3", Host("10.1.2.3")),
        ("::1", Host("::1")),
        ("2001:DB8:0:0::1", Host("2001:db8::1")),
        ("[2001:db8::1]", Host("2001:db8::1")),
        ("[2001:db8::1]:5061", Host("2001:db8::1", 5061)),
        ("2001:db8::/64", Host("2001:db8::", None, 64)),
        ("::ffff:192.0.2.1", Host("192.0.2.1", mapped=True)),
        ("[::ffff:c000:201]:5070", Host("192.0.2.1", 5070, mapped=True)),
        ("::ffff:192.0.2.0/120", Host("192.0.2.0", None, 24, mapped=True)),
    ],
)
def test_a_host_has_one_stored_form(typed: str, host: Host) -> None:
    assert read_host(typed) == host


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("fe80::1%eth0", "has the zone %eth0"),
        ("2001:db8::1%1", "has the zone %1"),
        ("[fe80::1%eth0]:5060", "has the zone"),
        ("fe80::1", "link-local"),
        ("169.254.169.254", "link-local"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("::", "unspecified"),
        ("::ffff:0.0.0.0", "unspecified"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("ff02::1", "multicast"),
        ("::ffff:224.0.0.1", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("240.0.0.1", "broadcast or reserved"),
        ("sip.example.com:0", "port from 1 to 65535"),
        ("sip.example.com:99999", "port from 1 to 65535"),
    ],
)
def test_what_no_carrier_can_have_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        read_host(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "", "sip:a.example", "sips:a.example", "a.example;transport=tcp", "user@a.example", "a b", "a..b", "-a.example",
        "a.example/path", "http://a.example", "1.2.3", "1.2.3.4.5", "0x7f.1", "0x7f000001", "2130706433", "a:b:c",
        "[192.0.2.1]", "[2001:db8::1", "a.example:", "a.example\r\nX: y", "*.example.com", "a" * 64 + ".example",
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter an IP address or a host name"):
        read_host(typed)


def test_a_host_alone_has_no_place_for_a_port() -> None:
    with pytest.raises(ValidationError, match="only the host"):
        normalize_host("sip.example.com:5060")


@pytest.mark.parametrize(
    ("host", "netmask", "reason"),
    [
        ("192.0.2.1", 15, "/15 is wider than /16"),
        ("192.0.2.1", 8, "/8 is wider than /16"),
        ("192.0.2.1", 0, "/0 is wider than /16"),
        ("192.0.2.1", 33, "from 16 to 32"),
        ("sip.example.com", 8, "/8 is wider than /16"),
        ("sip.example.com", 64, "from 16 to 32"),
        ("2001:db8::1", 32, "32 is one address for IPv4 only"),
        ("2001:db8::1", 47, "/47 is wider than /48"),
        ("2001:db8::1", 24, "/24 is wider than /48"),
        ("2001:db8::1", 129, "from 48 to 128"),
    ],
)
def test_a_netmask_wider_than_its_family_allows_is_refused(host: str, netmask: int, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        validate_netmask(host, netmask)


@pytest.mark.parametrize(
    ("host", "netmask"),
    [("192.0.2.1", 16), ("192.0.2.1", 32), ("sip.example.com", 24), ("2001:db8::1", 48), ("2001:db8::1", 128)],
)
def test_a_netmask_within_its_family_is_taken(host: str, netmask: int) -> None:
    validate_netmask(host, netmask)


@given(st.ip_addresses())
def test_every_address_is_refused_or_stored_in_a_form_that_reads_as_itself(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    try:
        stored = read_host(str(address)).name
    except ValidationError:
        assert usable(str(address)) is None
        return
    assert read_host(stored).name == stored
    assert read_host(f"[{stored}]" if ":" in stored else stored.upper()).name == stored
    assert parse_ip(stored) == parse_ip(str(address))


@given(st.text(max_size=40))
def test_any_text_is_a_stored_form_or_a_validation_error(text: str) -> None:
    try:
        stored = read_host(text).name
    except ValidationError:
        return
    assert normalize_host(stored) == stored
