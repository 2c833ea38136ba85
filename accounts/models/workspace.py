"""A workspace: one company's trunks, numbers, agents, keys and calls."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.history import recorded
from voxa.core.values.fields import CountryField, TimeZoneField


class Workspace(models.Model):
    """Everything belongs to exactly one workspace. `closed_at` is set while it is being deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z",
                "Use lowercase letters, digits and hyphens, such as acme-eu.",
            )
        ],
        help_text="Part of SIP addresses, so it cannot be changed once in use.",
    )
    name = models.CharField(max_length=100)
    country = CountryField(max_length=2, default="US", help_text="Two letters, such as US.")
    time_zone = TimeZoneField(max_length=64, default="UTC", help_text="IANA name, such as Europe/Berlin.")
    retention_days = models.PositiveIntegerField(
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Days to keep calls, their events, transcripts and recordings.",
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    history = recorded()

    class Meta:
        ordering = ["name", "id"]
        verbose_name, verbose_name_plural = _("workspace"), _("workspaces")

    def __str__(self) -> str:
        return self.name
