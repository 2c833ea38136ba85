"""Check which hosts and addresses customers may have Voxa call. Pure; imports no Django.

Source of the ranges: the IANA special-purpose address registries (RFC 6890 and its updates).
"""

import ipaddress
import re
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED_V4 = [
    (ipaddress.IPv4Network(network), words)
    for network, words in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a carrier's private network"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's metadata service"),
        ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
]
# Only 2000::/3 is given out as public. All else is refused, and with it the ways to write an IPv4 address in IPv6
# that lie outside: ::ffff:0:0/96, ::/96 and the NAT64 prefixes 64:ff9b::/96 and 64:ff9b:1::/48.
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = [
    (ipaddress.IPv6Network(network), words)
    for network, words in (
        ("2001::/23", "reserved, or Teredo"),
        ("2001:db8::/32", "reserved for documentation"),
        ("2002::/16", "6to4, an IPv4 address in disguise"),
        ("3fff::/20", "reserved for documentation"),
    )
]
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)
_LOCAL_SUFFIXES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "corp", "onion")


def refused_address(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """Return briefly why an address cannot be called, None if it is public or allowed."""
    if any(address in network for network in allowed):
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return next((words for network, words in _REFUSED_V4 if address in network), None)
    if address.scope_id is not None or address not in _PUBLIC_V6:
        return "private, reserved or an IPv4 address in disguise"
    return next((words for network, words in _REFUSED_V6 if address in network), None)


def refused_host(host: str, allowed: Sequence[Network] = ()) -> str | None:
    """Return briefly why the host of a URL is not allowed as written, or None.

    Resolves nothing: what a name resolves to is checked when it is called. Where networks are allowed, names of a
    local network are too.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _refused_name(host, local_names=bool(allowed))
    words = refused_address(address, allowed)
    return words and f"{host} is no public address ({words})"


def _refused_name(host: str, *, local_names: bool) -> str | None:
    labels = host.split(".")
    if host.endswith("."):
        return "write the host without a dot at its end"
    # inet_aton, and so many resolvers, read 127.1, 0x7f.1, 0177.0.0.1 and 2130706433 as addresses.
    if _NUMBER.fullmatch(labels[-1]):
        return "write an address as four decimal numbers, such as 198.51.100.7"
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return "enter a host name such as hooks.example.com"
    local = len(labels) == 1 or f".{host.lower()}".endswith(tuple(f".{suffix}" for suffix in _LOCAL_SUFFIXES))
    return f"{host} is a name of a local network" if local and not local_names else None
