"""Tasks of alerts."""

from calls.alerts import evaluate, notify
from voxa.core.tasks import task


@task("calls.tasks.evaluate_alerts")
def evaluate_alerts() -> None:
    """Measure the alert rules, and queue the notifications that are due."""
    evaluate.evaluate_all()
    notify.sweep()


@task("calls.tasks.send_alert")
def send_alert(notification_id: int) -> None:
    """Send a notification of an alert, within 20 s or retried later."""
    notify.send_notification(notification_id)
