"""Alert rules, the alerts that they raised, and the notifications of those."""

import uuid
from datetime import timedelta
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.history import recorded
from calls.choices import AlertChannel, AlertKind, NotificationStatus
from telephony.models import Trunk
from voxa.core.choice_fields import ChoiceField


class AlertRule(models.Model):
    """A condition of a workspace, and whom to notify when it starts and ends.

    `firing_since` is the start of the current alert. `turning_since` is when the condition began to contradict that
    state; it must do so for `hold_minutes` before the state changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="alert_rules")
    name = models.CharField(max_length=100)
    kind = ChoiceField("condition", max_length=20, choices=AlertKind.choices)
    trunk = models.ForeignKey(
        Trunk, models.CASCADE, null=True, blank=True, related_name="+", help_text="Empty: all trunks of the workspace."
    )
    threshold = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(Decimal("0.01"))]
    )
    window_minutes = models.PositiveIntegerField(
        "window (minutes)", default=60, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )
    minimum_calls = models.PositiveIntegerField(
        "minimum calls",
        default=10,
        validators=[MinValueValidator(1)],
        help_text="With fewer calls in the window there is no alert.",
    )
    hold_minutes = models.PositiveIntegerField(
        "hold (minutes)",
        default=5,
        validators=[MaxValueValidator(1440)],
        help_text="The condition must hold this long before the alert starts, and be gone this long before it ends.",
    )
    email_to = models.CharField("email to", max_length=1000, blank=True, help_text="Addresses, separated by commas.")
    slack_url = EncryptedTextField(null=True, blank=True)
    active = models.BooleanField(default=True)
    firing_since = models.DateTimeField(null=True, editable=False)
    turning_since = models.DateTimeField(null=True, editable=False)
    last_text = models.CharField(max_length=300, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    history = recorded(without=["slack_url", "firing_since", "turning_since", "last_text", "checked_at"])

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("alert rule"), _("alert rules")
        indexes = [models.Index(fields=["workspace", "-created_at", "-id"], name="alert_rule_list")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=AlertKind.values), name="alert_rule_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def hold(self) -> timedelta:
        return timedelta(minutes=self.hold_minutes)

    @property
    def addresses(self) -> list[str]:
        """Return the email addresses to notify."""
        return [address.strip() for address in self.email_to.split(",") if address.strip()]


class Alert(models.Model):
    """One alert: from when to when the condition of a rule held, and what was measured at its start and end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="alerts")
    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="alerts")
    text = models.CharField(max_length=300)
    end_text = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name, verbose_name_plural = _("alert"), _("alerts")
        indexes = [
            models.Index(fields=["workspace", "-started_at", "-id"], name="alert_list"),
            models.Index(fields=["-started_at", "-id"], name="alert_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["rule"], condition=Q(ended_at=None), name="alert_open_once")]

    def __str__(self) -> str:
        return self.text


class AlertNotification(models.Model):
    """One message about the start or end of an alert. `next_attempt_at` is also the end of a sender's claim."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notifications")
    channel = ChoiceField(max_length=10, choices=AlertChannel.choices)
    of_end = models.BooleanField()
    status = ChoiceField(max_length=10, choices=NotificationStatus.choices, default=NotificationStatus.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="pending"), name="alert_notification_due")
        ]
        constraints = [
            models.UniqueConstraint(fields=["alert", "channel", "of_end"], name="alert_notification_once"),
            models.CheckConstraint(condition=Q(channel__in=AlertChannel.values), name="alert_notification_channel"),
            models.CheckConstraint(condition=Q(status__in=NotificationStatus.values), name="alert_notification_status"),
        ]

    def __str__(self) -> str:
        return f"{AlertChannel(self.channel).label}: {'ended' if self.of_end else 'started'}"
