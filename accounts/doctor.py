"""Checks of `check_telephony` for webhooks and API keys."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, WebhookDelivery, WebhookEndpoint
from voxa.core.doctor.findings import MOST, Finding, Severity, some
from voxa.core.doctor.registry import Group, Scope, register

LATE = timedelta(minutes=5)  # a sweep runs every 5 s
SOON = timedelta(days=14)
LATELY = timedelta(days=7)
COUNTED = 1_000


def look_at_webhooks(scope: Scope) -> Iterator[Finding]:
    """Report disabled endpoints, failing endpoints, and overdue deliveries."""
    endpoints = scope.own(WebhookEndpoint.objects.defer("secret", "previous_secret").select_related("workspace"))
    given_up = endpoints.filter(active=False).exclude(disabled_reason="")
    failing = endpoints.filter(active=True).exclude(failing_since=None)
    more = "{more} more webhook endpoints have the same problem."
    for rows, code in ((given_up, "webhooks.given_up"), (failing, "webhooks.failing")):
        rest = Finding(code, more, "See the list.", Severity.WARNING, _list("webhookendpoint"))
        yield from some(rows[:MOST], _endpoint, rows.count(), rest)
    waiting = scope.own(
        WebhookDelivery.objects.filter(
            status__in=WebhookDelivery.OPEN, next_attempt_at__lt=timezone.now() - LATE, endpoint__active=True
        ),
        "endpoint__workspace",
    ).filter(endpoint__failing_since=None)
    count = waiting.order_by()[:COUNTED].count()
    if count:
        first = waiting.aggregate(first=Min("next_attempt_at"))["first"]
        yield Finding(
            "webhooks.waiting",
            f"{_deliveries(count)} overdue, the first since {first:%Y-%m-%d %H:%M} UTC.",
            "Check that beat and a worker run, and check the worker's log.",
            page=_list("webhookdelivery"),
        )


def _endpoint(endpoint: WebhookEndpoint) -> Finding:
    """Return an endpoint's host only: path and query may contain a customer's secret."""
    parts = urlsplit(endpoint.url)
    title = f"Webhook endpoint {parts.scheme}://{parts.hostname}"
    page = reverse("admin:accounts_webhookendpoint_change", args=[endpoint.pk])
    slug = endpoint.workspace.slug
    if not endpoint.active:
        what = f"{title} is disabled: {endpoint.disabled_reason}"
        remedy = "Ask its owner to fix it, then activate it. Failed deliveries can be sent again."
        return Finding("webhooks.given_up", what, remedy, Severity.WARNING, page, slug)
    last = endpoint.deliveries.exclude(last_error="").order_by("-last_attempt_at").values_list("last_error", flat=True)
    why = last.first() or "no response"
    what = f"{title} has failed since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC: {why}"
    remedy = "Ask its owner to fix it. Deliveries are retried automatically for five days."
    return Finding("webhooks.failing", what, remedy, Severity.WARNING, page, slug)


def look_at_keys(scope: Scope) -> Iterator[Finding]:
    """Report keys in use that expire soon or have just expired."""
    now = timezone.now()
    keys = scope.own(ApiKey.objects.filter(revoked_at=None, expires_at__gt=now - LATELY, expires_at__lt=now + SOON))
    used = keys.exclude(last_used_at=None).select_related("workspace").order_by("expires_at")

    def tell(key: ApiKey) -> Finding:
        expired = key.expires_at is not None and key.expires_at <= now
        return Finding(
            "keys.expired" if expired else "keys.expiring",
            f"API key {key.name} {'expired' if expired else 'expires'} on {key.expires_at:%Y-%m-%d %H:%M} UTC.",
            "Create a new one (manage.py create_api_key) and set it in the program that uses this one.",
            Severity.WARNING,
            reverse("admin:accounts_apikey_change", args=[key.pk]),
            key.workspace.slug,
        )

    rest = Finding("keys.expiring", "{more} more API keys expire soon.", "See the list.", Severity.WARNING)
    yield from some(used[:MOST], tell, used.count(), rest)


def _deliveries(count: int) -> str:
    if count == 1:
        return "1 webhook delivery is"
    return f"{count:,} webhook deliveries are" if count < COUNTED else f"{COUNTED:,} or more webhook deliveries are"


def _list(model: str) -> str:
    return reverse(f"admin:accounts_{model}_changelist")


register(Group.WEBHOOKS, look_at_webhooks)
register(Group.KEYS, look_at_keys)
