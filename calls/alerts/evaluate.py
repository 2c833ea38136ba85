"""Measure the rules, and start and end their alerts."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.services.webhooks import emit
from calls.alerts.conditions import Measured, measure
from calls.choices import AlertChannel
from calls.models import Alert, AlertNotification, AlertRule
from voxa.core.tasks import publish_on_commit

logger = logging.getLogger(__name__)


def evaluate_all(measure: Callable[[AlertRule, datetime], Measured] = measure) -> None:
    """Measure the active rules of open workspaces. A rule that cannot be measured is left for the next time."""
    rules = AlertRule.objects.filter(active=True, workspace__closed_at=None).select_related("workspace", "trunk")
    for rule in rules.defer("trunk__auth_password", "slack_url").iterator(chunk_size=200):
        try:
            evaluate(rule, measure(rule, timezone.now()), timezone.now())
        except DatabaseError:
            logger.exception("Alert rule %s was not measured.", rule.pk)


@transaction.atomic
def evaluate(rule: AlertRule, found: Measured, now: datetime) -> None:
    """Store what was measured; start or end the alert once the condition contradicted the state for `hold_minutes`.

    Of several at once the first decides: the state must be the one that was read.
    """
    turns = found.is_gone if rule.firing_since else found.holds
    since = (rule.turning_since or now) if turns else None
    state: dict[str, Any] = {"turning_since": since}
    changes = since is not None and now - since >= rule.hold
    if changes:
        state = {"turning_since": None, "firing_since": None if rule.firing_since else now}
    read = {"firing_since": rule.firing_since, "turning_since": rule.turning_since}
    same = AlertRule.objects.filter(pk=rule.pk, active=True, **read)
    if same.update(**state, last_text=found.text[:300], checked_at=now) and changes:
        if rule.firing_since:
            _end(rule, found.text[:300], now)
        else:
            alert = Alert(workspace=rule.workspace, rule=rule, text=found.text[:300], started_at=now)
            alert.save(force_insert=True)
            _notify(rule, alert)


@transaction.atomic
def stop(rule: AlertRule) -> None:
    """End the alert of a rule that is changed or switched off, without a notification; it is measured anew."""
    AlertRule.objects.filter(pk=rule.pk).update(firing_since=None, turning_since=None, checked_at=None, last_text="")
    Alert.objects.filter(rule=rule, ended_at=None).update(ended_at=timezone.now(), end_text="The rule was changed.")


def _end(rule: AlertRule, text: str, now: datetime) -> None:
    alert = Alert.objects.filter(rule=rule, ended_at=None).first()
    if alert is not None:
        alert.ended_at, alert.end_text = now, text
        alert.save(update_fields=["ended_at", "end_text"])
        _notify(rule, alert)


def _notify(rule: AlertRule, alert: Alert) -> None:
    """Queue the notifications and the webhook event of an alert that started or ended."""
    of_end = alert.ended_at is not None
    emit(rule.workspace_id, "alert.ended" if of_end else "alert.started", partial(payload, rule, alert))
    has_slack = AlertRule.objects.filter(pk=rule.pk, slack_url__isnull=False).exists()
    channels = [(AlertChannel.EMAIL, bool(rule.addresses)), (AlertChannel.SLACK, has_slack)]
    for channel in [name for name, wanted in channels if wanted]:
        row = AlertNotification.objects.create(
            alert=alert, channel=channel, of_end=of_end, next_attempt_at=timezone.now()
        )
        publish_on_commit("calls.tasks.send_alert", row.pk)


def payload(rule: AlertRule, alert: Alert) -> dict[str, Any]:
    """Return an alert as webhooks have it."""
    return {
        "id": str(alert.pk),
        "rule": {"id": str(rule.pk), "name": rule.name, "condition": rule.kind},
        "trunkId": str(rule.trunk_id) if rule.trunk_id else None,
        "threshold": float(rule.threshold),
        "text": alert.end_text or alert.text,
        "startedAt": alert.started_at,
        "endedAt": alert.ended_at,
    }
