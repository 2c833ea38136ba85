"""The one way to call an address that a customer chose, under the operator's settings. See `core/http/outbound.py`."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from ipaddress import ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError

from voxa.core.http import outbound
from voxa.core.http.outbound import Answer, Limits, OutboundError, UnsafeAddress, resolve
from voxa.core.http.public_addresses import Network
from voxa.core.http.urls import BadUrl, normalized_url

# For addresses that the operator configured: private ones and plain HTTP are allowed.
ANYWHERE = outbound.Policy((ip_network("0.0.0.0/0"), ip_network("::/0")), allow_http=True)

__all__ = ["ANYWHERE", "Answer", "Limits", "OutboundError", "UnsafeAddress", "check_url", "policy", "send"]


@cache
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text.strip()) for text in texts)
    except ValueError as error:
        raise ImproperlyConfigured(f"VOXA_OUTBOUND_ALLOW: {error}. Use networks such as 10.1.0.0/16.") from None


def policy() -> outbound.Policy:
    """Return the operator's policy: `VOXA_OUTBOUND_ALLOW` and `VOXA_OUTBOUND_ALLOW_HTTP`."""
    allowed = _networks(tuple(settings.VOXA_OUTBOUND_ALLOW))
    return outbound.Policy(allowed, settings.VOXA_OUTBOUND_ALLOW_HTTP, resolve)


def check_url(url: str, schemes: Sequence[str] = ("https",), *, query: bool = True) -> str:
    """Return an allowed URL (https, wss) in stored form; raise `ValidationError` for others.

    `query=False` rejects a query. Makes no network call: what a name resolves to is checked with each request,
    as it may change.
    """
    rules = policy()
    allowed = [*schemes, *(scheme.removesuffix("s") for scheme in schemes if rules.allow_http)]
    try:
        found = normalized_url(url, allowed, query=query)
        rules.check(found, schemes)
    except (BadUrl, UnsafeAddress) as error:
        raise ValidationError(str(error), code="unsafe_url") from None
    return found


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    limits: Limits | None = None,
    until: Callable[[bytes], bool] | None = None,
) -> Answer:
    """Make one call as `voxa.core.http.outbound.send` does. Never inside a transaction."""
    return outbound.send(method, url, policy=policy(), headers=headers, content=content, limits=limits, until=until)
