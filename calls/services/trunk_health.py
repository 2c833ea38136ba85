"""How the last hour's calls fared at each trunk's carrier, for the trunk's state. Computed anew by beat."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from calls.choices import BEFORE_RINGING, ENDED, CallStatus, Reason
from calls.models import Call
from calls.presentation.status_text import NEXT_STEPS, reason_words
from telephony.models import Trunk, TrunkHealth
from telephony.trunk_states import HOUR

MOST = 50_000  # newest calls of the hour that are counted
EXPLAINED = 2_000  # newest refused calls that are looked through for each trunk's last one

# Failures at the carrier, before the callee's phone rang.
REFUSED = sorted(
    {*BEFORE_RINGING, Reason.FORBIDDEN} - {Reason.LIVEKIT_REFUSED, Reason.LIVEKIT_UNAVAILABLE, Reason.NO_TRUNK}
)
# Other calls that the carrier put through to the callee's side.
REACHED = Q(answered_at__isnull=False) | Q(status__in=[CallStatus.BUSY, CallStatus.NO_ANSWER]) | Q(
    sip_status_code__isnull=False
)  # fmt: skip
_COUNTS = ["counted_at", "ended", "answered", "refused", "auth_failing", "last_error", "last_remedy"]


def note_calls() -> None:
    """Store the figures of trunks with calls in the last hour, and clear those of the others."""
    now = timezone.now()
    calls = _calls(now)
    errors = _last_errors(calls)
    found = list(_figures(calls))
    known = TrunkHealth.objects.in_bulk([figures["trunk"] for figures in found])
    rows = [_row(figures, known.get(figures["trunk"]), errors, now) for figures in found]
    there = set(Trunk.objects.filter(pk__in=[row.trunk_id for row in rows]).values_list("pk", flat=True))
    rows = [row for row in rows if row.trunk_id in there]
    fields = [*_COUNTS, "answered_at"]
    TrunkHealth.objects.bulk_create(rows, update_conflicts=True, unique_fields=["trunk"], update_fields=fields)
    quiet = TrunkHealth.objects.filter(Q(ended__gt=0) | Q(auth_failing=True)).exclude(counted_at=now)
    quiet.update(counted_at=now, ended=0, answered=0, refused=0, auth_failing=False, last_error="", last_remedy="")


def _calls(now: datetime) -> QuerySet[Call]:
    """Return the calls of the last hour that began after the last change of their trunk."""
    recent = Call.objects.filter(created_at__gte=now - HOUR, trunk__isnull=False)
    newest = recent.order_by("-created_at", "-id").values("pk")[:MOST]
    fresh = Q(trunk__health=None) | Q(trunk__health__since=None) | Q(created_at__gte=F("trunk__health__since"))
    return Call.objects.filter(fresh, pk__in=newest).order_by()


def _figures(calls: QuerySet[Call]) -> Any:
    refused = Q(status=CallStatus.FAILED, reason__in=REFUSED)
    return calls.values("trunk").annotate(
        ended=Count("pk", filter=Q(status__in=ENDED) & (REACHED | refused)),
        answered=Count("pk", filter=Q(status__in=ENDED, answered_at__isnull=False)),
        refused=Count("pk", filter=refused),
        answered_at=Max("answered_at"),
        unauthorized_at=Max("ended_at", filter=Q(reason=Reason.CARRIER_AUTH)),
    )


def _last_errors(calls: QuerySet[Call]) -> dict[UUID, tuple[str, str]]:
    """Return the newest error of each trunk, with what to do about it."""
    failed = calls.filter(status=CallStatus.FAILED, reason__in=REFUSED).order_by("-created_at", "-id")
    found: dict[UUID, tuple[str, str]] = {}
    for call in failed.only("trunk_id", "status", "reason", "sip_status_code", "direction")[:EXPLAINED]:
        if call.trunk_id and call.trunk_id not in found:
            found[call.trunk_id] = (reason_words(call), str(NEXT_STEPS.get(Reason(call.reason), "")))
    return found


def _row(
    figures: dict[str, Any], before: TrunkHealth | None, errors: dict[UUID, tuple[str, str]], now: datetime
) -> TrunkHealth:
    trunk_id, answered_at, unauthorized_at = (figures[name] for name in ("trunk", "answered_at", "unauthorized_at"))
    error, remedy = errors.get(trunk_id, ("", ""))
    times = [at for at in (answered_at, before and before.answered_at) if at]
    return TrunkHealth(
        trunk_id=trunk_id,
        counted_at=now,
        ended=figures["ended"],
        answered=figures["answered"],
        refused=figures["refused"],
        answered_at=max(times, default=None),
        auth_failing=unauthorized_at is not None and (answered_at is None or answered_at < unauthorized_at),
        last_error=error,
        last_remedy=remedy,
    )
