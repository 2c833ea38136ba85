"""Connections to a workspace's addresses: resolved once, checked, and pinned to the checked addresses.

API and worker reject the same addresses, by `voxa.core.http.public_addresses`. So a provider's URL never leads to a
service in the operator's own network, whatever its name resolves to later.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import aiohttp
import httpx2
from aiohttp.abc import AbstractResolver, ResolveResult

from agents.worker.instructions import Provider
from voxa.core.http.public_addresses import refused_address, refused_host


class UnsafeAddress(OSError):
    """Raised for an address that is not allowed."""


class Guard:
    """Allowed destinations of a provider's URLs."""

    def __init__(self, provider: Provider) -> None:
        self._trusted = {_place(httpx2.URL(url)) for url in provider.trusted}
        self._networks = [ip_network(network.strip()) for network in provider.networks]

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host. Raise `UnsafeAddress` if any of them is neither public nor allowed."""
        trusted = (host, port) in self._trusted
        if not trusted and (words := refused_host(host, self._networks)):
            raise UnsafeAddress(f"This address cannot be called: {words}.")
        loop = asyncio.get_running_loop()
        found = [str(entry[4][0]) for entry in await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
        for address in [] if trusted else found:
            if words := refused_address(ip_address(address), self._networks):
                raise UnsafeAddress(f"{host} resolves to {address}, which cannot be called: {words}.")
        return found

    def http(self, *, read_seconds: float) -> httpx2.AsyncClient:
        """Return an HTTP client."""
        timeout = httpx2.Timeout(connect=5.0, read=read_seconds, write=5.0, pool=5.0)
        return httpx2.AsyncClient(transport=_PinnedTransport(self), timeout=timeout, trust_env=False)

    def websockets(self) -> aiohttp.ClientSession:
        """Return a session for WebSockets."""
        return aiohttp.ClientSession(connector=_PinnedConnector(resolver=_Resolver(self), use_dns_cache=False))


def _place(url: httpx2.URL) -> tuple[str, int]:
    """Return host and port of a URL."""
    return url.host, url.port or (443 if url.scheme in ("https", "wss") else 80)


class _PinnedTransport(httpx2.AsyncHTTPTransport):
    """Sends each request to a checked address; TLS and Host keep the name."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(limits=httpx2.Limits(max_connections=20, keepalive_expiry=60))
        self._guard = guard

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        try:
            addresses = await self._guard.addresses(*_place(request.url))
        except OSError as error:
            raise httpx2.ConnectError(str(error), request=request) from error
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=addresses[0])
        return await super().handle_async_request(request)


class _Resolver(AbstractResolver):
    """Resolves for aiohttp to checked addresses."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._guard.addresses(host, port)
        ]

    async def close(self) -> None:
        """Do nothing: the resolver has no resources."""


class _PinnedConnector(aiohttp.TCPConnector):
    """Checks literal IP addresses too, for which aiohttp would skip the resolver."""

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[aiohttp.tracing.Trace] | None = None
    ) -> list[ResolveResult]:
        return await self._resolver.resolve(host, port)
