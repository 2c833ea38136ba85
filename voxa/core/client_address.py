"""From where a request came: the client's own address, also behind proxies."""

import ipaddress
from collections.abc import Iterator
from functools import cache, lru_cache

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: HttpRequest) -> str | None:
    """Return the client's address, None where it is unknown.

    `X-Forwarded-For` is believed from right to left, and only as far as `TRUSTED_PROXIES` wrote it: what stands left of
    that the client wrote itself.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return _nearest(request.META.get("REMOTE_ADDR", ""), forwarded, tuple(settings.TRUSTED_PROXIES))


@lru_cache(256)
def _nearest(peer: str, forwarded: str, proxies: tuple[str, ...]) -> str | None:
    nearest = None
    for text in _hops(peer, forwarded):
        address = _parsed(text)
        if address is None:
            break
        nearest = address
        if not any(address in _network(network) for network in proxies):
            break
    return str(nearest) if nearest else None


def client_network(request: HttpRequest) -> str | None:
    """Return what one client can choose its address from: itself for IPv4, the start of its /64 for IPv6."""
    text = client_address(request)
    if text is None or ":" not in text:
        return text
    return str(ipaddress.ip_network((text, 64), strict=False).network_address)


def _hops(peer: str, forwarded: str) -> Iterator[str]:
    if peer:  # absent on a Unix socket, where a proxy of this machine speaks
        yield peer
    yield from reversed(forwarded.split(","))


def _parsed(text: str) -> Address | None:
    """Return an address as proxies write it, some of them with a port or in brackets."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@cache
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)
