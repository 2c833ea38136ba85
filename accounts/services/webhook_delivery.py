"""Send due webhook deliveries: claim, request outside any transaction, record. One task per endpoint at a time."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

from django.db.models import F, Min, Q
from django.utils import timezone

from accounts.choices import DeliveryStatus, ExternalWork
from accounts.models import WebhookDelivery, WebhookEndpoint, WebhookMessage, Workspace
from accounts.services.external_leases import external_lease, workspaces_at_limit
from accounts.services.webhook_request import Outcome, prepare
from accounts.services.webhooks import wake
from accounts.webhook_schedule import DISABLE_AFTER, retry_delay

SIDE_BY_SIDE = 8
BUDGET = 20.0  # seconds after which a task starts no further batch, so that other endpoints get their turn
SLOW = 5.0  # seconds; after a longer batch, its endpoint pauses for four times as long
REST_FACTOR = 4
# Longer than a batch can take (a request ends within 20 s) and than a task may (its budget and one batch).
DELIVERY_LEASE = timedelta(seconds=60)
ENDPOINT_LEASE = timedelta(seconds=90)
_PURGED_AT_ONCE = 500
_NONE = Q(pk__in=())


def deliver(endpoint_id: UUID) -> bool:
    """Send one endpoint's due deliveries for about `BUDGET` seconds; return whether more are due now.

    Do nothing if another worker holds the endpoint, it is paused, or the workspace is at its limit: then the deliveries
    stay due.
    """
    workspace_id = _workspace_of(endpoint_id)
    if workspace_id is None:
        return False
    with external_lease(workspace_id, ExternalWork.BACKGROUND) as may:
        more = may and _deliver(endpoint_id)
    if may and (others := due_endpoints(endpoint__workspace_id=workspace_id, exclude=Q(endpoint=endpoint_id))):
        wake(others[0])
    return more


def _workspace_of(endpoint_id: UUID) -> UUID | None:
    """Return the workspace of an endpoint that is ready for deliveries."""
    free = WebhookEndpoint.objects.filter(_free(), pk=endpoint_id, active=True)
    return free.values_list("workspace_id", flat=True).first()


def _deliver(endpoint_id: UUID) -> bool:
    token, now = uuid4(), timezone.now()
    free = WebhookEndpoint.objects.filter(_free(), pk=endpoint_id, active=True)
    if not free.update(busy_token=token, busy_until=now + ENDPOINT_LEASE):
        return False
    rest: timedelta | None = None
    try:
        rest = _send_batches(endpoint_id)
    finally:
        until = timezone.now() + rest if rest else None
        WebhookEndpoint.objects.filter(pk=endpoint_id, busy_token=token).update(busy_token=None, busy_until=until)
    # Checked after the release: this sees deliveries committed before it whose task found the endpoint busy.
    return endpoint_id in due_endpoints(endpoint_id=endpoint_id)


def due_endpoints(*, exclude: Q = _NONE, **filters: object) -> Sequence[UUID]:
    """Return the active endpoints that have due deliveries and are free, the longest due first."""
    due = (
        WebhookDelivery.objects.filter(_due())
        .exclude(exclude)
        .filter(_free("endpoint__"), endpoint__active=True, **filters)
    )
    longest = due.values("endpoint_id").annotate(since=Min("next_attempt_at")).order_by("since")
    return [row["endpoint_id"] for row in longest]


def sweep() -> int:
    """Queue a task for every free endpoint with due deliveries; return how many."""
    full = workspaces_at_limit(ExternalWork.BACKGROUND)
    endpoint_ids = due_endpoints(exclude=Q(endpoint__workspace_id__in=full))
    for endpoint_id in endpoint_ids:
        wake(endpoint_id)
    return len(endpoint_ids)


def purge() -> int:
    """Delete payloads and their deliveries past their workspace's retention; return how many."""
    purged = 0
    for workspace in Workspace.objects.only("retention_days"):
        limit = timezone.now() - timedelta(days=workspace.retention_days)
        old = WebhookMessage.objects.filter(workspace=workspace, created_at__lt=limit).order_by("created_at")
        while ids := list(old.values_list("pk", flat=True)[:_PURGED_AT_ONCE]):
            WebhookMessage.objects.filter(pk__in=ids).delete()
            purged += len(ids)
    return purged


def _due() -> Q:
    return Q(status__in=WebhookDelivery.OPEN, next_attempt_at__lte=timezone.now())


def _free(prefix: str = "") -> Q:
    return Q(**{f"{prefix}busy_until": None}) | Q(**{f"{prefix}busy_until__lte": timezone.now()})


def _send_batches(endpoint_id: UUID) -> timedelta | None:
    """Send batch after batch; return the pause for the endpoint if it was slow."""
    started = time.monotonic()
    while (batch_started := time.monotonic()) - started < BUDGET:
        endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id, active=True).first()
        if endpoint is None:
            return None
        batch = _claim(endpoint_id, 1 if endpoint.failing_since else SIDE_BY_SIDE)
        if not batch:
            return None
        _send(endpoint, batch)
        took = time.monotonic() - batch_started
        if took >= SLOW:
            return timedelta(seconds=took * REST_FACTOR)
    return None


def _claim(endpoint_id: UUID, most: int) -> list[WebhookDelivery]:
    """Claim due deliveries, oldest first: only one of several workers gets each. The attempt counts from here on."""
    token, now = uuid4(), timezone.now()
    due = WebhookDelivery.objects.filter(_due(), endpoint_id=endpoint_id)
    ids = list(due.order_by("next_attempt_at").values_list("pk", flat=True)[:most])
    WebhookDelivery.objects.filter(_due(), pk__in=ids).update(
        status=DeliveryStatus.SENDING,
        lease_token=token,
        attempts=F("attempts") + 1,
        last_attempt_at=now,
        next_attempt_at=now + DELIVERY_LEASE,
    )
    return list(WebhookDelivery.objects.filter(lease_token=token).select_related("message"))


def _send(endpoint: WebhookEndpoint, batch: Sequence[WebhookDelivery]) -> None:
    calls = [prepare(endpoint, delivery.message) for delivery in batch]
    with ThreadPoolExecutor(len(calls), "webhook") as pool:  # the threads send requests and use no database
        outcomes = list(pool.map(lambda call: call(), calls))
    for delivery, outcome in zip(batch, outcomes, strict=True):
        _record(delivery, outcome)
    _note_health(endpoint, outcomes)


def _record(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Record the outcome, unless the lease expired and another worker has the delivery now."""
    now = timezone.now()
    delay = None if outcome.gone else retry_delay(delivery.attempts, outcome.retry_after, random.random())
    if outcome.ok:
        status, due = DeliveryStatus.DELIVERED, None
    elif delay is None:
        status, due = DeliveryStatus.FAILED, None
    else:
        status, due = DeliveryStatus.PENDING, now + delay
    WebhookDelivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token).update(
        status=status,
        next_attempt_at=due,
        lease_token=None,
        last_code=outcome.code,
        last_error=outcome.error,
        **({"delivered_at": now} if outcome.ok else {}),
    )


def _note_health(endpoint: WebhookEndpoint, outcomes: Sequence[Outcome]) -> None:
    """Record since when an endpoint fails; disable it if it is gone or has failed for days."""
    now = timezone.now()
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if any(outcome.gone for outcome in outcomes):
        _disable(endpoint, "The endpoint responded with 410 Gone, which requests no more webhooks.")
    elif any(outcome.ok for outcome in outcomes):
        row.exclude(failing_since=None).update(failing_since=None)
    elif endpoint.failing_since is None:
        row.filter(failing_since=None).update(failing_since=now)
    elif endpoint.failing_since <= now - DISABLE_AFTER:
        last = outcomes[-1].error
        _disable(endpoint, f"Every delivery failed for {DISABLE_AFTER.days} days. The last error: {last}"[:200])


def _disable(endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.active, endpoint.disabled_reason = False, reason
    endpoint.save(update_fields=["active", "disabled_reason", "updated_at"])
