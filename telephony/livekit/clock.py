"""Clock difference between this host and LiveKit."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

import httpx

TIMEOUT = 3.0  # seconds


def clock_ahead(url: str) -> timedelta | None:
    """Return by how much this host's clock is ahead of LiveKit's, in whole seconds; None if unknown.

    The request has no token: LiveKit rejects all tokens if the clocks differ by a minute. Source: the Date header.
    """
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    try:
        answer = httpx.head(urlunsplit((scheme, parts.netloc, "/", "", "")), timeout=TIMEOUT, trust_env=False)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
        return None
    return datetime.now(UTC) - theirs if theirs.tzinfo else None
