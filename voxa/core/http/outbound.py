"""Requests to customers' URLs: addresses are resolved, checked and pinned. Imports no Django.

The name is resolved once a connection, every address it has is checked, and the socket is opened to one of those
addresses, so a name that changes its answer (DNS rebinding) gains nothing. TLS and `Host` keep the name. Redirects
are not followed, proxies of the environment are not used, nothing is decompressed.
"""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpcore
import httpx

from voxa.core.http.public_addresses import Network, refused_address, refused_host

Resolver = Callable[[str, float], Sequence[str]]


class OutboundError(Exception):
    """The request failed. The message has the reason and may be shown to the customer."""


class UnsafeAddress(OutboundError):
    """The URL, or an address that its name resolves to, is not allowed."""


@dataclass(frozen=True)
class Limits:
    """Limits of one request: seconds to connect, between two reads and in total; bytes of the response to keep."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 20.0
    max_bytes: int = 65_536


@dataclass(frozen=True)
class Answer:
    """The response. `truncated` when the body was longer than the limit and the rest was left unread."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    truncated: bool = False

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def resolve(host: str, timeout: float) -> Sequence[str]:
    """Return all addresses of a name from the system's resolver, within `timeout` seconds. Raise `OutboundError`."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError) as error:
            answers.put(OSError(error))

    # getaddrinfo takes no timeout; the thread is left to end by the resolver's own.
    threading.Thread(target=look_up, daemon=True, name="resolve").start()
    try:
        result = answers.get(timeout=max(timeout, 0.0))
    except queue.Empty:
        raise OutboundError(f"The name {host} did not resolve in time.") from None
    if isinstance(result, OSError):
        raise OutboundError(f"The name {host} does not resolve.")
    return result


@dataclass(frozen=True)
class Policy:
    """Allowed destinations: public addresses and `allowed` networks, by https and, only if `allow_http`, by http."""

    allowed: tuple[Network, ...] = ()
    allow_http: bool = False
    resolver: Resolver = resolve

    def check(self, url: str, schemes: Sequence[str] = ("https",)) -> httpx.URL:
        """Return the parsed URL, or raise UnsafeAddress saying what is wrong with it as it is written.

        `schemes` are of https and wss; `allow_http` adds their plain siblings.
        """
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise UnsafeAddress(
                f"This is not a valid URL. Enter one such as {schemes[0]}://hooks.example.com/voxa."
            ) from None
        if parsed.scheme not in schemes and not (self.allow_http and f"{parsed.scheme}s" in schemes):
            raise UnsafeAddress(f"The URL must start with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
        if parsed.userinfo:
            raise UnsafeAddress("Remove the username and password from the URL.")
        if parsed.port is not None and not 1 <= parsed.port <= 65535:
            raise UnsafeAddress("The port must be from 1 to 65535.")
        if words := refused_host(parsed.raw_host.decode("ascii"), self.allowed):
            raise UnsafeAddress(f"This address cannot be called: {words}.")
        return parsed

    def addresses(self, host: str, timeout: float) -> list[str]:
        """Return the checked addresses of a host. Raise `UnsafeAddress` if any of them is not allowed."""
        try:
            found: Sequence[str] = [str(ipaddress.ip_address(host))]
        except ValueError:
            found = list(dict.fromkeys(self.resolver(host, timeout)))
        for text in found:
            if words := refused_address(ipaddress.ip_address(text), self.allowed):
                raise UnsafeAddress(f"{host} resolves to {text}, which cannot be called: {words}.")
        if not found:
            raise OutboundError(f"The name {host} has no address.")
        return list(found)


class _Stream(httpcore.NetworkStream):
    """A stream with a total deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def _left(self, timeout: float | None, error: type[httpcore.TimeoutException]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise error("The request took too long.")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


class _PinnedBackend(httpcore.NetworkBackend):
    """Opens sockets to checked addresses only."""

    def __init__(self, policy: Policy, deadline: float) -> None:
        self._policy, self._deadline, self._backend = policy, deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        deadline = self._deadline if timeout is None else min(self._deadline, time.monotonic() + timeout)
        failure: Exception = httpcore.ConnectTimeout("The request timed out before it connected.")
        for address in self._policy.addresses(host, deadline - time.monotonic()):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                stream = self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificates once per process, since it takes 10 ms. `SSL_CERT_FILE` sets another bundle."""
    return httpx.create_ssl_context()


class _Transport(httpx.HTTPTransport):
    """httpx has no parameter for a network backend, so its pool is replaced by one of the same library."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, max_connections=1)


def send(
    method: str,
    url: str,
    *,
    policy: Policy,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    limits: Limits | None = None,
    until: Callable[[bytes], bool] | None = None,
) -> Answer:
    """Send one request and return the response, whatever its status, 3xx included.

    Of a stream that does not end, no more is read once `until` accepts what came.
    Raise `UnsafeAddress` for destinations that are not allowed and `OutboundError` for failures.
    """
    limits = limits or Limits()
    target = policy.check(url)
    transport = _Transport(_PinnedBackend(policy, time.monotonic() + limits.total))
    timeout = httpx.Timeout(limits.read, connect=limits.connect)
    own = {"User-Agent": "Voxa", "Accept-Encoding": "identity", **(headers or {})}
    try:
        with (
            httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream(method, target, headers=own, content=content) as response,
        ):
            return _read(response, limits.max_bytes, until)
    except httpx.TimeoutException:
        raise OutboundError(f"{target.host} did not respond in time.") from None
    except httpx.HTTPError as error:
        raise OutboundError(f"The connection to {target.host} failed: {error or type(error).__name__}") from None


def _read(response: httpx.Response, max_bytes: int, until: Callable[[bytes], bool] | None) -> Answer:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > max_bytes or (until and until(bytes(body))):
            break
    return Answer(response.status_code, response.headers, bytes(body[:max_bytes]), truncated=len(body) > max_bytes)
