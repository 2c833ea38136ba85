"""Send notifications of alerts: claim, send outside any transaction, record."""

import json
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.services.external_leases import external_lease
from calls.choices import AlertChannel, NotificationStatus
from calls.models import Alert, AlertNotification, AlertRule
from voxa.core import mail
from voxa.core.mail import NotSent
from voxa.core.safe_http import Limits, OutboundError, send
from voxa.core.tasks import publish

RETRIES = [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)]
CLAIM = timedelta(seconds=60)  # longer than a message takes
_LIMITS = Limits(total=10.0)


def send_notification(notification_id: int) -> None:
    """Send a due notification, unless another worker does; record the outcome, or when to try again."""
    now = timezone.now()
    due = AlertNotification.objects.filter(
        pk=notification_id, status=NotificationStatus.PENDING, next_attempt_at__lte=now
    )
    row = due.select_related("alert__rule__workspace").first()
    if row is None:
        return
    with external_lease(row.alert.workspace_id, ExternalWork.BACKGROUND) as may:
        if not may or not due.update(attempts=F("attempts") + 1, next_attempt_at=now + CLAIM):
            return
        error = ""
        try:
            _send(AlertChannel(row.channel), row.alert.rule, row.alert, of_end=row.of_end)
        except NotSent as why:
            error = str(why)[:300]
    _record(row.pk, row.attempts, error)


def _record(notification_id: int, attempts_before: int, error: str) -> None:
    now = timezone.now()
    row = AlertNotification.objects.filter(pk=notification_id, attempts=attempts_before + 1)
    if not error:
        row.update(status=NotificationStatus.SENT, sent_at=now, next_attempt_at=None, last_error="")
    elif attempts_before < len(RETRIES):
        row.update(next_attempt_at=now + RETRIES[attempts_before], last_error=error)
    else:
        row.update(status=NotificationStatus.FAILED, next_attempt_at=None, last_error=error)


def sweep() -> None:
    """Queue the notifications that are due."""
    due = AlertNotification.objects.filter(status=NotificationStatus.PENDING, next_attempt_at__lte=timezone.now())
    for pk in due.order_by("next_attempt_at").values_list("pk", flat=True)[:500]:
        publish("calls.tasks.send_alert", pk)


def send_test(rule: AlertRule) -> dict[str, str]:
    """Send a test message to each channel of a rule; return the error of each, empty for none."""
    now = timezone.now()
    alert = Alert(workspace=rule.workspace, rule=rule, text="This is a test. Nothing is wrong.", started_at=now)
    outcomes = {}
    for channel, wanted in [(AlertChannel.EMAIL, rule.addresses), (AlertChannel.SLACK, rule.slack_url)]:
        if wanted:
            try:
                _send(channel, rule, alert, of_end=False)
                outcomes[str(channel.label)] = ""
            except NotSent as error:
                outcomes[str(channel.label)] = str(error)
    return outcomes


def _send(channel: AlertChannel, rule: AlertRule, alert: Alert, *, of_end: bool) -> None:
    title = f"{'Resolved' if of_end else 'Alert'}: {rule.name} ({rule.workspace.name})"
    text = alert.end_text if of_end else alert.text
    link = f"{settings.API_PUBLIC_URL.rstrip('/')}/admin/calls/alertrule/{rule.pk}/change/"
    if channel is AlertChannel.EMAIL:
        mail.send(rule.addresses, title, f"{text}\n\n{link}\n")
    elif rule.slack_url:
        _post(rule.slack_url, f"*{_escaped(title)}*\n{_escaped(text)}\n{link}")


def _post(url: str, text: str) -> None:
    content = json.dumps({"text": text}).encode()
    try:
        answer = send("POST", url, headers={"Content-Type": "application/json"}, content=content, limits=_LIMITS)
    except OutboundError as error:
        raise NotSent(f"The Slack webhook was not reached: {error}") from None
    if not answer.ok:
        raise NotSent(f"The Slack webhook responded with HTTP {answer.status}.")


def _escaped(text: str) -> str:
    """Return text in which Slack sees no links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
