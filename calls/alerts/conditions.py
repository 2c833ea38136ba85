"""The conditions of alert rules: one function each, which measures and says in a sentence what it found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from calls.choices import AlertKind, CallStatus, Direction
from calls.dialer.spend import spent_today
from calls.models import AlertRule, Call
from calls.services.workers import needs_worker, running_workers
from telephony.choices import TrunkStatus
from telephony.models import SipEndpoint, TelephonySettings, Trunk
from telephony.services.health_checks import latest

MARGIN = Decimal(5)  # percent that an answer rate must exceed its threshold by to end an alert
DIFFERS = "livekit.differs"  # the finding of an active row that differs in LiveKit


@dataclass(frozen=True)
class Measured:
    """Whether the condition holds, whether it is gone clearly enough to end an alert, and the sentence about it."""

    holds: bool
    is_gone: bool
    text: str


def measure(rule: AlertRule, now: datetime) -> Measured:
    """Return what the condition of a rule is now."""
    return _MEASURES[AlertKind(rule.kind)](rule, now)


def _answer_rate(rule: AlertRule, now: datetime) -> Measured:
    of_trunk = Q(trunk=rule.trunk_id) if rule.trunk_id else Q()
    since = now - timedelta(minutes=rule.window_minutes)
    dialed = Call.objects.filter(of_trunk, workspace=rule.workspace_id, direction=Direction.OUTBOUND)
    dialed = dialed.filter(created_at__gt=since, started_at__isnull=False, ended_at__isnull=False)
    found = dialed.exclude(status=CallStatus.CANCELED).aggregate(calls=Count("pk"), answered=Count("answered_at"))
    where = f"trunk {rule.trunk.name}" if rule.trunk else "all trunks"
    if found["calls"] < rule.minimum_calls:
        few = f"{found['calls']} calls by {where} in {rule.window_minutes} minutes: too few for an answer rate."
        return Measured(holds=False, is_gone=True, text=few)
    rate = Decimal(100) * found["answered"] / found["calls"]
    text = f"{rate:.0f}% of {found['calls']} calls by {where} in {rule.window_minutes} minutes were answered."
    return Measured(rate < rule.threshold, rate >= min(rule.threshold + MARGIN, Decimal(100)), text)


def _no_worker(rule: AlertRule, now: datetime) -> Measured:
    project = TelephonySettings.of(rule.workspace_id).project
    missing = needs_worker(project, rule.workspace) and all(worker.draining for worker in running_workers(project))
    text = "No agent worker accepts calls." if missing else "An agent worker runs, or none is needed."
    return Measured(missing, not missing, text)


def _spend(rule: AlertRule, now: datetime) -> Measured:
    config = TelephonySettings.of(rule.workspace_id)
    spent = spent_today(config, now)
    return Measured(
        spent >= rule.threshold, spent < rule.threshold, f"Spend of the day: {spent:.2f} {config.currency}."
    )


def _webhook(rule: AlertRule, now: datetime) -> Measured:
    failing = Q(active=True, failing_since__isnull=False) | Q(active=False) & ~Q(disabled_reason="")
    return _counted(
        rule,
        rule.workspace.webhook_endpoints.filter(failing).count(),
        "webhook endpoint fails",
        "webhook endpoints fail",
    )


def _drift(rule: AlertRule, now: datetime) -> Measured:
    pending = Q(status=TrunkStatus.FAILED) | Q(status=TrunkStatus.PENDING, sync_failures__gt=0)
    rows = [model.objects.filter(pending, workspace=rule.workspace_id).count() for model in (Trunk, SipEndpoint)]
    differing = sum(one["code"] == DIFFERS for row in latest([rule.workspace_id]) for one in row.findings)
    return _counted(
        rule, sum(rows) + differing, "trunk or SIP endpoint is not in sync", "trunks and SIP endpoints are not in sync"
    )


def _counted(rule: AlertRule, count: int, one: str, many: str) -> Measured:
    return Measured(count >= rule.threshold, count < rule.threshold, f"{count} {one if count == 1 else many}.")


_MEASURES: dict[AlertKind, Callable[[AlertRule, datetime], Measured]] = {
    AlertKind.ANSWER_RATE: _answer_rate,
    AlertKind.NO_WORKER: _no_worker,
    AlertKind.SPEND: _spend,
    AlertKind.WEBHOOK: _webhook,
    AlertKind.DRIFT: _drift,
}
