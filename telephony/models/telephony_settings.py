"""A workspace's telephony settings: its LiveKit project, limits and policies."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from accounts.models.history import recorded
from telephony.choices import AgentAbsent, CallingHoursFallback
from telephony.models.agent import Agent
from telephony.models.answering import Answering
from telephony.models.livekit_project import LiveKitProject
from voxa.core.statements import Fixed
from voxa.core.values.fields import CountriesField, WeekdaysField


def validate_currency(value: str) -> None:
    """Accept an ISO 4217 code."""
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValidationError("Enter a three-letter currency code, such as USD or EUR.", code="currency")


class TelephonySettings(Answering):
    """One row per workspace, created on first use."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="telephony_settings"
    )
    project = models.ForeignKey(LiveKitProject, on_delete=models.PROTECT, related_name="workspaces")

    default_agent = models.ForeignKey(
        Agent,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="default_of",
        help_text="Answers numbers without an active agent of their own. A workspace with one agent needs no choice.",
    )
    allowed_countries = CountriesField(
        default=list,
        blank=True,
        help_text="Two-letter codes of countries that may be called. Empty: only the workspace's country.",
    )
    allow_premium = models.BooleanField(
        default=False, help_text="Allow premium-rate, shared-cost, personal, short and satellite numbers."
    )
    allow_unknown_numbers = models.BooleanField(
        default=False, help_text="Allow numbers that are in no numbering plan, such as new ranges."
    )
    allow_shared_trunk = models.BooleanField(
        default=False, help_text="Allow calls through the operator's shared outbound trunk."
    )
    calls_per_second = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))]
    )
    max_concurrent_calls = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100_000)], help_text="Empty: no limit."
    )
    calling_hours_start = models.TimeField(
        null=True, blank=True, help_text="In the callee's local time. Empty: any time."
    )
    calling_hours_end = models.TimeField(null=True, blank=True)
    calling_days = WeekdaysField(default=list, blank=True, help_text="0 is Monday, 6 is Sunday. Empty: every day.")
    calling_hours_fallback = models.CharField(
        "numbers without a time zone",
        max_length=9,
        choices=CallingHoursFallback.choices,
        default=CallingHoursFallback.WORKSPACE,
        help_text="Rule for toll-free and other numbers whose time zone is unknown, or whose zones share no calling "
        "hours.",
    )
    daily_attempts_per_callee = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)], help_text="Empty: no limit."
    )
    max_attempts = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="Max attempts per call. An attempt through several gateways counts once.",
    )
    retry_delay_seconds = models.PositiveIntegerField(
        default=300,
        validators=[MinValueValidator(10), MaxValueValidator(86_400)],
        help_text="Delay before the first retry of a busy or unanswered call. It doubles with each further retry.",
    )
    price_per_minute = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text="Price of an answered outbound minute. 0: the price is unknown and spend limits do not work.",
    )
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[validate_currency],
        help_text="Currency of price and limit, such as USD or EUR.",
    )
    daily_spend_limit = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Maximum cost of outbound calls per day. Empty: no limit. Requires a price per minute.",
    )
    agent_absent = models.CharField(
        "where no agent joins",
        max_length=5,
        choices=AgentAbsent.choices,
        default=AgentAbsent.RETRY,
        help_text="What happens to an answered call without an agent.",
    )
    record_calls = models.BooleanField(default=False, help_text="Record conversations after the announcement.")
    recording_announcement = models.CharField(
        max_length=500, blank=True, help_text="Spoken before recording starts, such as: This call is recorded."
    )

    history = recorded(without=["assistant_request_secret"])

    class Meta:
        verbose_name, verbose_name_plural = _("telephony settings"), _("telephony settings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(daily_spend_limit=None) | models.Q(price_per_minute__gt=0),
                name="spend_limit_has_price",
            )
        ]

    def __str__(self) -> str:
        return f"Telephony of {self.workspace}"

    def clean(self) -> None:
        super().clean()
        if (self.calling_hours_start is None) != (self.calling_hours_end is None):
            missing = "calling_hours_end" if self.calling_hours_start else "calling_hours_start"
            raise ValidationError({missing: "Enter both the start and the end, or neither."}, code="hours")
        if self.daily_spend_limit is not None and not self.price_per_minute:
            words = "A spend limit requires a price per minute, which the operator of this installation sets."
            raise ValidationError({"daily_spend_limit": ValidationError(words, code="no_price")})
        if self.record_calls and not self.recording_announcement.strip():
            words = "Enter the announcement that is spoken before recording starts."
            raise ValidationError({"recording_announcement": ValidationError(words, code="required")})

    @classmethod
    def of(cls, workspace_id: UUID) -> "TelephonySettings":
        """Return a workspace's settings; create them with the default project on first use."""
        found = settings_asked.only(workspace_id)
        if found is None:
            found, _ = cls.objects.select_related("project").get_or_create(
                workspace_id=workspace_id, defaults={"project": LiveKitProject.default()}
            )
        return found

    @classmethod
    def project_of(cls, workspace_id: UUID) -> UUID:
        """Return the key of a workspace's LiveKit project, with a shared lock on that choice for this transaction."""
        found: UUID | None = project_asked.only(workspace_id)
        return found or cls.of(workspace_id).project_id


_settings = TelephonySettings.objects.select_related("project").defer("assistant_request_secret")
settings_asked = Fixed(lambda pk: _settings.filter(pk=pk), UUID, shared=True)
project_asked: Fixed[Any] = Fixed(
    lambda pk: TelephonySettings.objects.filter(pk=pk).values_list("project_id", flat=True),
    UUID,
    shared=True,
    lock="FOR SHARE",
)
