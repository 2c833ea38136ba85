"""Check recent call failures that an operator can fix, and gateways that fail."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from calls.choices import AttemptStatus, CallStatus, Reason
from calls.models import Attempt, Call
from calls.presentation.status_text import NEXT_STEPS, attempt_words
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope

LATELY = timedelta(hours=1)
LOOKED_AT = 5_000  # newest failed calls
# Failures not caused by the callee or by a policy.
OURS = (
    Reason.CARRIER_AUTH, Reason.CARRIER_LIMIT, Reason.GATEWAY_ERROR, Reason.GATEWAY_UNREACHABLE,
    Reason.MEDIA_REFUSED, Reason.REDIRECTED, Reason.NO_CREDIT, Reason.CALLER_ID_REFUSED, Reason.NOT_SUPPORTED,
    Reason.LIVEKIT_REFUSED,
    Reason.LIVEKIT_UNAVAILABLE, Reason.NO_TRUNK, Reason.NO_AGENT, Reason.AGENT_ABSENT, Reason.WORKER_LOST,
    Reason.PROVIDER_FAILED, Reason.CALLER_ID, Reason.LOST, Reason.OUTCOME_UNKNOWN,
)  # fmt: skip


# Failures of a gateway, even when the call succeeded through another one.
OF_GATEWAYS = (Reason.GATEWAY_UNREACHABLE, Reason.CARRIER_AUTH, Reason.MEDIA_REFUSED)
MOST_GATEWAYS = 10


def look(scope: Scope) -> Iterator[Finding]:
    """Report the failed calls of the last hour by reason, and the gateways that failed."""
    yield from _calls(scope)
    yield from _gateways(scope)


def _gateways(scope: Scope) -> Iterator[Finding]:
    """Report the latest failure of each gateway without a successful attempt since."""
    since = timezone.now() - LATELY
    own = scope.own(Attempt.objects.filter(started_at__gt=since), "call__workspace").exclude(gateway=None)
    failed = own.filter(reason__in=OF_GATEWAYS, status=AttemptStatus.FAILED)
    newest = failed.order_by("gateway", "-started_at").select_related("gateway", "trunk")
    latest: dict[UUID, Attempt] = {}
    for attempt in newest.defer("trunk__auth_password")[:LOOKED_AT]:
        latest.setdefault(attempt.gateway_id, attempt)
    for gateway_id, attempt in list(latest.items())[:MOST_GATEWAYS]:
        if own.filter(gateway=gateway_id, answered_at__gt=attempt.started_at).exists():
            continue
        gateway, trunk, reason = attempt.gateway, attempt.trunk, Reason(attempt.reason)
        if gateway is None or trunk is None:
            continue
        yield Finding(
            f"gateways.{reason}",
            f"Gateway {gateway.ip_or_domain}:{gateway.port} ({gateway.protocol}) of trunk {trunk.name}: "
            f"{attempt_words(attempt)}",
            str(NEXT_STEPS[reason]),
            Severity.WARNING,
            reverse("admin:telephony_trunk_change", args=[trunk.pk]),
        )


def _calls(scope: Scope) -> Iterator[Finding]:
    failed = scope.own(Call.objects.filter(status=CallStatus.FAILED, created_at__gt=timezone.now() - LATELY))
    newest = failed.order_by("-created_at", "-id").values("pk")[:LOOKED_AT]
    rows = Call.objects.filter(pk__in=newest, reason__in=OURS).order_by().values("reason")
    for row in rows.annotate(count=Count("pk")).order_by("-count", "reason"):
        reason = Reason(row["reason"])
        calls = "1 call" if row["count"] == 1 else f"{row['count']:,} calls"
        yield Finding(
            f"calls.{reason}",
            f"{calls} failed within the last hour: {str(reason.label)[0].lower() + str(reason.label)[1:]}.",
            str(NEXT_STEPS.get(reason, "Open one of the calls in the admin for details.")),
            Severity.WARNING,
            reverse("admin:calls_call_changelist") + f"?status={CallStatus.FAILED}",
        )
