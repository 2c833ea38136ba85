"""Normalize and validate carriers' hosts and networks. Pure: user input in, stored form out.

The API, dialects, admin, imports, DNS answers and presets all use these rules.
"""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

import idna
from django.core.exceptions import ValidationError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_NAME = 253
WIDEST = {4: 16, 6: 48}  # a wider netmask allows whole providers
WIDE = {4: 24, 6: 64}  # a wider netmask is accepted with a warning
MAPPED_BITS = 96  # prefix length of ::ffff:0:0/96 before an IPv4 address
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_AFTER_HOST = re.compile(r"(?P<host>.*?)(?::(?P<port>\d{1,5}))?(?:/(?P<netmask>\d{1,3}))?", re.DOTALL)
_LINK_LOCAL_V4 = ipaddress.ip_network("169.254.0.0/16")
_LINK_LOCAL_V6 = ipaddress.ip_network("fe80::/10")
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
_RESERVED = ipaddress.ip_network("240.0.0.0/4")


@dataclass(frozen=True, slots=True)
class Host:
    """A host as it is stored: lower case, no brackets, no trailing dot. `port`, `netmask`: if given with it.

    `mapped` is an IPv4 address that was written as an IPv6 one, ::ffff:192.0.2.1.
    """

    name: str
    port: int | None = None
    netmask: int | None = None
    mapped: bool = False


@lru_cache(maxsize=10_000)
def parse_ip(value: str) -> Address | None:
    """Return the IP address in `text`, or None for a name. IPv6 may be in brackets; IPv4-mapped is IPv4."""
    text = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.version == 6 and address.ipv4_mapped) or address


def read_host(text: str) -> Host:
    """Parse an address or name with an optional port or netmask.

    Raise `ValidationError` (`host`) for anything but a host and for addresses that no carrier can have.
    """
    text = text.strip()
    if not text or set(text) & set(" \t\r\n@;,?#\\") or "://" in text or re.match(r"(?i)(sips?|tel):", text):
        raise _no_host()
    if text.startswith("["):
        return _bracketed(text)
    if text.count(":") > 1:  # IPv6, which has no place for a port
        literal, slash, bits = text.partition("/")
        return _address_host(literal, None, _netmask(bits) if slash else None)
    found = _AFTER_HOST.fullmatch(text)
    if found is None or ":" in found["host"] or "/" in found["host"]:
        raise _no_host()
    host = found["host"].removesuffix(".")
    port, netmask = _port(found["port"]), _netmask(found["netmask"])
    return _address_host(host, port, netmask) if parse_ip(host) else Host(_name(host), port, netmask)


def normalize_host(text: str) -> str:
    """Return a host in its stored form. Raise `ValidationError` (`host`), also if it has a port or netmask."""
    host = read_host(text)
    if host.port is not None or host.netmask is not None:
        raise ValidationError("Enter only the host, without port or netmask.", code="host")
    return host.name


def in_uri(host: str) -> str:
    """Return a host for use before a port or in a URI: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def validate_host(value: str) -> None:
    """Accept an IPv4 or IPv6 address or a domain name: no scheme, port, path or space."""
    normalize_host(value)


def refuse_address(address: Address) -> None:
    """Raise ValidationError for an address that no carrier can have. Private ones and loopback may be a PBX."""
    zone = address.scope_id if isinstance(address, ipaddress.IPv6Address) else None
    if zone:
        raise ValidationError(
            f"{address} has the zone %{zone}, which is valid only on one machine. Enter an address without a zone.",
            code="host",
        )
    if reason := _why_unusable(address):
        raise ValidationError(f"{address} {reason} Enter the carrier's own address.", code="host")


def usable(text: str) -> Address | None:
    """Return the address of a DNS answer, or None if no carrier can have it."""
    address = parse_ip(text)
    try:
        if address is not None:
            refuse_address(address)
    except ValidationError:
        return None
    return address


def default_netmask(host: str) -> int:
    """Return the netmask of a single address: 128 for IPv6, otherwise 32."""
    address = parse_ip(host)
    return 128 if address is not None and address.version == 6 else 32


def validate_netmask(host: str, netmask: int) -> None:
    """Accept 16 to 32 for IPv4 and names, 48 to 128 for IPv6. Raises ValidationError (`netmask`) with the reason."""
    address = parse_ip(host)
    version = address.version if address is not None else 4
    one, widest = default_netmask(host), WIDEST[version]
    if widest <= netmask <= one:
        return
    if version == 6 and netmask == 32:
        words = (
            "/32 is one address for IPv4 only; for IPv6 it allows a whole provider. "
            "Enter 128 for a single address, or leave the netmask empty."
        )
    elif netmask > one:
        words = f"Enter a netmask from {widest} to {one}; {one} is a single address."
    else:
        words = (
            f"/{netmask} is wider than /{widest} and allows callers other than the carrier. "
            f"Enter a netmask from {widest} to {one}; {one} is a single address."
        )
    raise ValidationError(words, code="netmask")


def _bracketed(text: str) -> Host:
    found = re.fullmatch(r"\[([^\]]*)\](?::(\d{1,5}))?(?:/(\d{1,3}))?", text)
    if found is None or ":" not in found[1]:
        raise _no_host()
    return _address_host(found[1], _port(found[2]), _netmask(found[3]))


def _address_host(literal: str, port: int | None, netmask: int | None) -> Host:
    address = parse_ip(literal)
    if address is None:
        raise _no_host()
    refuse_address(address)
    mapped = ":" in literal and address.version == 4
    return Host(str(address), port, mapped_netmask(netmask) if mapped and netmask is not None else netmask, mapped)


def mapped_netmask(netmask: int) -> int:
    """Return the IPv4 netmask for an IPv4-mapped address. Up to 32 it already is one."""
    if netmask <= 32:
        return netmask
    if netmask < MAPPED_BITS:
        raise ValidationError(
            f"/{netmask} of an IPv4-mapped address is wider than all of IPv4. Enter the IPv4 address and its netmask.",
            code="netmask",
        )
    return netmask - MAPPED_BITS


def _name(text: str) -> str:
    name = text.lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, transitional=False).decode("ascii").removesuffix(".")
        except idna.IDNAError:
            raise _no_host() from None
    labels = name.split(".")
    numeric = _NUMERIC.fullmatch(labels[-1])  # resolvers read these as IPv4 addresses
    if numeric or len(name) > LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise _no_host()
    return name


def _why_unusable(address: Address) -> str:
    if address.is_multicast:
        return "is a multicast address."
    if address.is_unspecified or address in _THIS_NETWORK:
        return "is the unspecified address, which no host has."
    if address in _RESERVED:
        return "is a broadcast or reserved address."
    if address in _LINK_LOCAL_V4 or address in _LINK_LOCAL_V6:
        return "is a link-local address, which is valid on one network link only."
    return ""


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not 1 <= int(text) <= 65535:
        raise ValidationError("Enter a port from 1 to 65535; the SIP default is 5060.", code="port")
    return int(text)


def _netmask(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII):
        raise _no_host()
    return int(text)


def _no_host() -> ValidationError:
    return ValidationError(
        "Enter an IP address or a host name such as sip.telnyx.com, without sip:, transport or path.", code="host"
    )
