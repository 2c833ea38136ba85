"""What calls failed of lately that somebody can do something about."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from calls.choices import CallStatus, Reason
from calls.explaining import NEXT_STEPS
from calls.models import Call
from voxa.doctor.findings import Finding, Severity
from voxa.doctor.registry import Scope

LATELY = timedelta(hours=1)
LOOKED_AT = 5_000  # newest failed calls
# By whom they are caused: not by the callee, and not by a policy that somebody wanted.
OURS = (
    Reason.CARRIER_AUTH, Reason.CARRIER_LIMIT, Reason.GATEWAY_ERROR, Reason.GATEWAY_UNREACHABLE,
    Reason.MEDIA_REFUSED, Reason.REDIRECTED, Reason.NO_CREDIT, Reason.CALLER_ID_REFUSED, Reason.NOT_SUPPORTED,
    Reason.LIVEKIT_REFUSED,
    Reason.LIVEKIT_UNAVAILABLE, Reason.NO_TRUNK, Reason.NO_AGENT, Reason.AGENT_ABSENT, Reason.WORKER_LOST,
    Reason.PROVIDER_FAILED, Reason.CALLER_ID, Reason.LOST, Reason.OUTCOME_UNKNOWN,
)  # fmt: skip


def look(scope: Scope) -> Iterator[Finding]:
    """Count the failed calls of the last hour by their reason."""
    failed = scope.own(Call.objects.filter(status=CallStatus.FAILED, created_at__gt=timezone.now() - LATELY))
    newest = failed.order_by("-created_at", "-id").values("pk")[:LOOKED_AT]
    rows = Call.objects.filter(pk__in=newest, reason__in=OURS).order_by().values("reason")
    for row in rows.annotate(count=Count("pk")).order_by("-count", "reason"):
        reason = Reason(row["reason"])
        calls = "1 call" if row["count"] == 1 else f"{row['count']:,} calls"
        yield Finding(
            f"calls.{reason}",
            f"{calls} failed within the last hour: {str(reason.label)[0].lower() + str(reason.label)[1:]}.",
            NEXT_STEPS.get(reason, "Look at one of them: its page says what happened."),
            Severity.WARNING,
            reverse("admin:calls_call_changelist") + f"?status={CallStatus.FAILED}",
        )
