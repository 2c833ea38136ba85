"""Where a secret goes. A secret is given for a destination: another one gets it only from who gives it again.

Whoever may change an address, but does not know the secret, would otherwise have it sent to an address of their own.
"""

import ipaddress
from urllib.parse import urlsplit

GIVEN_FOR_ANOTHER = "secret_required"  # the code of the error at the secret's field
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def same_url(one: str | None, other: str | None) -> bool:
    """Return whether two URLs are one destination, however they are written. An absent one is the empty one."""
    return url_key(one) == url_key(other)


def url_key(url: str | None) -> str:
    """Return one spelling of a URL: host in lower case, no default port, no slash at the end.

    Path and query count: on a host that many share they say whose it is. What cannot be read is its own key.
    """
    text = (url or "").strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if not parts.hostname:
        return text
    user = f"{parts.username or ''}:{parts.password or ''}@" if "@" in parts.netloc else ""
    place = f"{user}{host_key(parts.hostname)}:{port or _PORTS.get(parts.scheme, 0)}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}{query}"


def host_key(host: str) -> str:
    """Return one spelling of a host name or an IP address."""
    text = host.strip().strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text
