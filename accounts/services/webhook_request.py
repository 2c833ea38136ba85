"""One webhook request: body, signatures, and the meaning of the response. Source: Standard Webhooks 1.0.0."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone
from standardwebhooks import Webhook

from accounts.models import WebhookEndpoint, WebhookMessage
from accounts.webhook_schedule import retry_after
from voxa.core import safe_http

logger = logging.getLogger(__name__)
_GONE = 410
_LIMITS = safe_http.Limits(connect=5.0, read=15.0, total=20.0, max_bytes=2_048)
_EXCERPT = 300


@dataclass(frozen=True)
class Outcome:
    """Outcome of a request: the HTTP status if there is one, and an error text, or both."""

    code: int | None
    error: str = ""
    retry_after: timedelta | None = None

    @property
    def ok(self) -> bool:
        return self.code is not None and 200 <= self.code < 300

    @property
    def gone(self) -> bool:
        return self.code == _GONE


def body(message: WebhookMessage) -> str:
    """Return the text that is signed and sent: `type`, `timestamp` of the event, `data`."""
    return json.dumps(
        {
            "type": message.event_type,
            "timestamp": message.created_at.isoformat().replace("+00:00", "Z"),
            "data": message.payload,
        },
        separators=(",", ":"),
    )


def signed_headers(endpoint: WebhookEndpoint, webhook_id: str, at: datetime, text: str) -> dict[str, str]:
    """Return the headers of one attempt; during a rotation, with a signature by each of the two secrets."""
    secrets = [endpoint.secret]
    expires = endpoint.previous_secret_expires_at
    if endpoint.previous_secret and expires and expires > at:
        secrets.append(endpoint.previous_secret)
    return {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(webhook_id, at, text) for secret in secrets),
    }


def prepare(endpoint: WebhookEndpoint, message: WebhookMessage) -> Callable[[], Outcome]:
    """Return a function that sends the request from any thread, without the database."""
    text = body(message)
    headers = signed_headers(endpoint, message.webhook_id, timezone.now(), text)
    return partial(_call, endpoint.url, headers, text.encode())


def _call(url: str, headers: dict[str, str], content: bytes) -> Outcome:
    try:
        answer = safe_http.send("POST", url, headers=headers, content=content, limits=_LIMITS)
    except safe_http.OutboundError as error:
        return Outcome(None, str(error)[:500])
    except Exception:  # whatever happens, the other deliveries of the batch must be recorded
        logger.exception("A webhook request failed unexpectedly.")
        return Outcome(None, "The request failed on our side. See the operator's log.")
    if answer.ok:
        return Outcome(answer.status)
    if 300 <= answer.status < 400:
        words = f"HTTP {answer.status}: redirects are not followed. Enter the final URL."
    else:
        excerpt = " ".join(answer.body.decode("utf-8", "replace").replace("\0", "").split())[:_EXCERPT]
        words = f"HTTP {answer.status}: {excerpt}" if excerpt else f"HTTP {answer.status}"
    return Outcome(answer.status, words, retry_after(answer.headers.get("Retry-After")))
