"""Alerts start and end after their hold, once, and their notifications are sent, retried and given up."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import WebhookMessage, Workspace
from accounts.services import webhooks
from calls.alerts import evaluate, notify
from calls.alerts.conditions import Measured
from calls.choices import AlertKind
from calls.models import Alert, AlertNotification, AlertRule
from tests.receiver import receiver

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.get_default_timezone())
BAD, GOOD = Measured(True, False, "It is bad."), Measured(False, True, "It is good.")
BETWEEN = Measured(False, False, "It is neither.")


def rule_of(workspace: Workspace, **fields: Any) -> AlertRule:
    values = {"workspace": workspace, "name": "Webhooks", "kind": AlertKind.WEBHOOK, "hold_minutes": 5}
    return AlertRule.objects.create(**values | fields)


def go(rule: AlertRule, found: Measured, minute: float) -> bool:
    """Evaluate at a minute; return whether the alert is on."""
    evaluate.evaluate(AlertRule.objects.get(pk=rule.pk), found, T0 + timedelta(minutes=minute))
    return AlertRule.objects.get(pk=rule.pk).firing_since is not None


def test_an_alert_starts_and_ends_after_its_hold(acme: Workspace) -> None:
    rule = rule_of(acme)
    seen = [BAD, BAD, BETWEEN, BAD, BAD, BAD, GOOD, BETWEEN, GOOD, GOOD, GOOD]
    states = [go(rule, found, 3 * step) for step, found in enumerate(seen)]
    assert states == [False, False, False, False, False, True, True, True, True, True, False]
    alert = Alert.objects.get()
    assert (alert.text, alert.end_text) == ("It is bad.", "It is good.")
    assert (alert.started_at, alert.ended_at) == (T0 + timedelta(minutes=15), T0 + timedelta(minutes=30))


def test_without_a_hold_it_starts_at_once(acme: Workspace) -> None:
    rule = rule_of(acme, hold_minutes=0)
    assert go(rule, BAD, 0)
    assert not go(rule, GOOD, 1)


def test_of_two_at_once_one_starts_the_alert(acme: Workspace) -> None:
    rule = rule_of(acme, hold_minutes=0)
    read = [AlertRule.objects.get(pk=rule.pk) for _ in range(2)]
    for row in read:
        evaluate.evaluate(row, BAD, T0)
    assert Alert.objects.count() == 1


@given(st.lists(st.sampled_from([BAD, GOOD, BETWEEN]), max_size=30), st.integers(0, 4))
def test_no_state_lasts_less_than_the_hold(acme: Workspace, seen: list[Measured], hold: int) -> None:
    AlertRule.objects.all().delete()
    rule = rule_of(acme, hold_minutes=hold)
    states = [False, *(go(rule, found, minute) for minute, found in enumerate(seen))]
    turns = [minute for minute, (before, now) in enumerate(pairwise(states)) if before != now]
    assert all(later - earlier > hold or not hold for earlier, later in pairwise(turns))
    assert Alert.objects.filter(ended_at=None).count() == states[-1]


def test_a_rule_that_is_changed_ends_its_alert_silently(acme: Workspace) -> None:
    rule = rule_of(acme, hold_minutes=0, email_to="noc@acme.example")
    go(rule, BAD, 0)
    evaluate.stop(rule)
    assert Alert.objects.get().ended_at is not None
    assert AlertNotification.objects.count() == 1  # of the start


def test_closed_workspaces_and_rules_that_are_off_are_not_measured(acme: Workspace, globex: Workspace) -> None:
    Workspace.objects.filter(pk=globex.pk).update(closed_at=timezone.now())
    mine = rule_of(acme)
    rule_of(acme, active=False)
    rule_of(globex)
    evaluate.evaluate_all(lambda rule, now: GOOD)
    assert list(AlertRule.objects.exclude(checked_at=None)) == [mine]


# --- notifications ---------------------------------------------------------------------------------------------------


def test_email_slack_and_webhook(acme: Workspace, settings: Any) -> None:
    settings.VOXA_OUTBOUND_ALLOW, settings.VOXA_OUTBOUND_ALLOW_HTTP = ["127.0.0.0/8"], True
    webhooks.create_endpoint(acme, "https://hooks.acme.example/", ["alert.started", "alert.ended"])
    rule = rule_of(acme, hold_minutes=0, name="Hooks <!here>", email_to="noc@acme.example, b@acme.example")
    with receiver() as slack:
        AlertRule.objects.filter(pk=rule.pk).update(slack_url=slack.url("/services/T0/B0/secret"))
        go(rule, BAD, 0)
        go(rule, GOOD, 1)
        for row in AlertNotification.objects.all():
            notify.send_notification(row.pk)
            notify.send_notification(row.pk)  # a task that runs twice
    assert [message.subject for message in mail.outbox] == [
        "Alert: Hooks <!here> (Acme)",
        "Resolved: Hooks <!here> (Acme)",
    ]
    assert mail.outbox[0].to == ["noc@acme.example", "b@acme.example"]
    assert "It is bad." in mail.outbox[0].body
    texts = [json.loads(request.body)["text"] for request in slack.requests]
    assert [text.splitlines()[:2] for text in texts] == [
        ["*Alert: Hooks &lt;!here&gt; (Acme)*", "It is bad."],
        ["*Resolved: Hooks &lt;!here&gt; (Acme)*", "It is good."],
    ]
    events = WebhookMessage.objects.order_by("created_at")
    assert [(one.event_type, one.payload["text"]) for one in events] == [
        ("alert.started", "It is bad."),
        ("alert.ended", "It is good."),
    ]


def test_a_failed_message_is_retried_and_given_up(acme: Workspace) -> None:
    rule = rule_of(acme, hold_minutes=0, slack_url="https://127.0.0.1/services/secret")
    go(rule, BAD, 0)
    row = AlertNotification.objects.get()
    for _ in range(len(notify.RETRIES) + 2):
        AlertNotification.objects.filter(status="pending").update(next_attempt_at=timezone.now())
        notify.send_notification(row.pk)
    row.refresh_from_db()
    assert (row.status, row.attempts, row.next_attempt_at) == ("failed", len(notify.RETRIES) + 1, None)
    assert "secret" not in row.last_error
    assert row.last_error
