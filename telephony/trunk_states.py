"""The state of a trunk beyond its sync: what its carrier makes of it. The rules live here alone, as SQL."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, TextChoices, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.choices import UNRESOLVED, TrunkStatus
from telephony.models import Trunk, TrunkHealth
from telephony.models.trunk_health import LOW, UNWELL

VERIFIED_FOR = timedelta(days=1)
HOUR = timedelta(hours=1)
LEAST_FAILING = 3  # calls, of which none was answered
LEAST_RATED = 10  # calls, for a low answer rate to mean something
MOST_SUSPECTS = 4_000


class TrunkState(TextChoices):
    """`TrunkStatus`, with what the carrier makes of an active trunk."""

    FAILED = "failed", _("Failed")
    FAILING = "failing", _("Failing")
    DEGRADED = "degraded", _("Degraded")
    PENDING = "pending", _("Pending")
    SYNCED = "synced", _("Synced")
    VERIFIED = "verified", _("Carrier verified")


COLORS = {
    TrunkState.FAILED: "danger",
    TrunkState.FAILING: "danger",
    TrunkState.DEGRADED: "warning",
    TrunkState.PENDING: "warning",
    TrunkState.SYNCED: "info",
    TrunkState.VERIFIED: "success",
}
TROUBLED = (TrunkState.FAILED, TrunkState.FAILING, TrunkState.DEGRADED, TrunkState.PENDING)


def with_state(trunks: QuerySet[Trunk]) -> QuerySet[Any]:
    """Add each trunk's state as `carrier_state`, from its own columns and its health: one join, no subquery."""
    return trunks.annotate(carrier_state=state_expression())


def with_health(trunks: QuerySet[Trunk]) -> QuerySet[Any]:
    """Read the state of each trunk and the facts behind it with its row."""
    return with_state(trunks).select_related("health")


def suspects(trunks: QuerySet[Trunk]) -> QuerySet[Any]:
    """Find trunks that may be in trouble by partial indexes: a state must be computed to be known. Runs a query.

    At most `MOST_SUSPECTS`, failed ones first.
    """
    unwell = TrunkHealth.objects.filter(UNWELL, trunk__in=trunks.order_by().values("pk"))
    kinds = (
        unwell.order_by().values_list("trunk_id", flat=True),
        trunks.filter(warnings__icontains=UNRESOLVED).order_by().values_list("pk", flat=True),
        trunks.filter(status=TrunkStatus.PENDING).order_by().values_list("pk", flat=True),
    )
    failed = trunks.filter(status=TrunkStatus.FAILED).order_by().values_list("pk", flat=True)
    return with_state(Trunk.objects.filter(pk__in=list(failed.union(*kinds, all=True)[:MOST_SUSPECTS])))


def verified_health() -> QuerySet[TrunkHealth]:
    """Return the health of active trunks whose carriers responded within the last day."""
    day = timezone.now() - VERIFIED_FOR
    responded = Q(gateway_ok_at__gte=day) | Q(answered_at__gte=day)
    return TrunkHealth.objects.filter(responded, trunk__status=TrunkStatus.ACTIVE)


def state_of(trunk: Trunk) -> TrunkState:
    """Return the state of a trunk; it costs a query unless `with_state` read it."""
    known = getattr(trunk, "carrier_state", None)
    return TrunkState(known or with_state(Trunk.objects.filter(pk=trunk.pk)).values_list("carrier_state").get()[0])


def low_rate() -> Q:
    """Return the condition of a low answer rate in the last hour."""
    return Q(health__ended__gte=LEAST_RATED, health__ended__gt=F("health__answered") * LOW)


def state_expression() -> Case:
    """Return the state of a trunk as an expression of its row and its health."""
    now = timezone.now()
    day = now - VERIFIED_FOR
    counted, checked = Q(health__counted_at__gte=now - HOUR), Q(health__checked_at__gte=day)
    refused = Q(health__ended__gte=LEAST_FAILING, health__answered=0, health__ended__lte=F("health__refused") * 2)
    faults = (
        Q(warnings__icontains=UNRESOLVED)
        | (counted & (Q(health__auth_failing=True) | low_rate()))
        | (checked & (Q(health__unresolved=True) | Q(health__check_error__gt="")))
    )
    verified = Q(health__gateway_ok_at__gte=day) | Q(health__answered_at__gte=day)
    return Case(
        When(status=TrunkStatus.FAILED, then=Value(TrunkState.FAILED)),
        When(status=TrunkStatus.PENDING, then=Value(TrunkState.PENDING)),
        When(counted & refused, then=Value(TrunkState.FAILING)),
        When(faults, then=Value(TrunkState.DEGRADED)),
        When(verified, then=Value(TrunkState.VERIFIED)),
        default=Value(TrunkState.SYNCED),
        output_field=CharField(),
    )
