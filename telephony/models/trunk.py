"""A SIP trunk to a carrier."""

import uuid
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.history import recorded
from telephony.carriers.presets import validate_carrier
from telephony.choices import UNRESOLVED, CalledNumberFormat, MediaEncryption, TrunkStatus
from telephony.models.fields import HostField
from telephony.models.synced import SYNC_FIELDS, SyncedRow
from telephony.sip_headers import validate_attributes_to_headers, validate_headers, validate_headers_to_attributes
from telephony.validators import (
    validate_codecs,
    validate_credential,
    validate_display_name,
    validate_from_user,
    validate_tech_prefix,
)
from voxa.core.values.fields import CountryField


class Trunk(SyncedRow):
    """The configuration of one carrier in LiveKit: gateways, credentials and numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="trunks")
    name = models.CharField(max_length=100)
    carrier = models.CharField(
        max_length=32,
        blank=True,
        validators=[validate_carrier],
        help_text="Carrier preset. Empty for any other carrier.",
    )
    for_transfers = models.BooleanField(default=False, help_text="Used for transfers only, not to place calls.")
    auth_username = models.CharField("username", max_length=255, blank=True, validators=[validate_credential])
    auth_password = EncryptedTextField("password", null=True, blank=True, validators=[validate_credential])
    from_host = HostField(
        "From host", max_length=253, blank=True, help_text="Host in the From header, if the carrier requires one."
    )
    tech_prefix = models.CharField(max_length=16, blank=True, validators=[validate_tech_prefix])
    leading_plus = models.BooleanField(default=True, help_text="Dial +15550100000 rather than 15550100000.")
    from_user = models.CharField(
        "From user",
        max_length=64,
        blank=True,
        validators=[validate_from_user],
        help_text="User in the From header, if the carrier requires an account name. Empty: the caller ID.",
    )
    display_name = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_display_name],
        help_text="Display name in the From header. Empty: the From user.",
    )
    headers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_headers],
        help_text="SIP headers of each outbound call. Values may contain {callId}, {from} and {to}.",
    )
    headers_to_attributes = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_headers_to_attributes],
        help_text="SIP headers to read, each with the participant attribute that receives its value.",
    )
    attributes_to_headers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_attributes_to_headers],
        help_text="Attributes, each with the SIP header for its value in responses, transfers and hang-ups.",
    )
    transfer_headers = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_headers],
        help_text="SIP headers of each cold transfer (REFER). Values may contain {callId}, {from} and {to}.",
    )
    codecs = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_codecs],
        help_text="Codecs to offer and accept, in addition to DTMF: PCMU, PCMA, G722. Empty: all three.",
    )
    country = CountryField(
        max_length=2,
        blank=True,
        help_text="Two-letter country of numbers that the carrier sends without a country code. Empty: the "
        "workspace's.",
    )
    media_encryption = models.CharField(max_length=8, choices=MediaEncryption.choices, default=MediaEncryption.DISABLE)
    ringing_timeout_seconds = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(75)],
        help_text="Seconds to ring the callee, at most 75. Empty: 45, or 30 in a warm transfer.",
    )
    called_number_format = models.CharField(
        max_length=11,
        choices=CalledNumberFormat.choices,
        default=CalledNumberFormat.E164,
        help_text="Format of the called number in the carrier's inbound calls.",
    )

    calls_per_second = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="New calls per second that the carrier accepts. Empty: the carrier's preset, or 1.",
    )
    max_concurrent_calls = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(100_000)],
        help_text="Channels that the carrier provides. Empty: no limit.",
    )
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)  # new outbound calls wait since then
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["auth_password", "updated_at", *SYNC_FIELDS])

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("trunk"), _("trunks")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="trunk_list"),
            models.Index(fields=["-created_at", "-id"], name="trunk_newest"),
            models.Index(fields=["status", "next_sync_at"], name="trunk_due"),
            models.Index(
                fields=["workspace", "status"], condition=~models.Q(status=TrunkStatus.ACTIVE), name="trunk_not_active"
            ),
            models.Index(
                fields=["workspace"], condition=models.Q(warnings__icontains=UNRESOLVED), name="trunk_unresolved"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(auth_username="", auth_password__isnull=True)
                | (~models.Q(auth_username="") & models.Q(auth_password__isnull=False)),
                name="trunk_credentials_whole",
                violation_error_message="Enter both username and password, or neither.",
            ),
            models.CheckConstraint(
                condition=models.Q(called_number_format__in=CalledNumberFormat.values),
                name="trunk_called_format",
            ),
            models.CheckConstraint(
                condition=models.Q(ringing_timeout_seconds__gte=1, ringing_timeout_seconds__lte=75),
                name="trunk_ringing_timeout",
            ),
            models.CheckConstraint(condition=models.Q(status__in=TrunkStatus.values), name="trunk_status"),
            models.CheckConstraint(
                condition=models.Q(media_encryption__in=MediaEncryption.values), name="trunk_media_encryption"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.auth_password = self.auth_password or None
        if bool(self.auth_username) != bool(self.auth_password):
            missing = "auth_password" if self.auth_username else "auth_username"
            half = ValidationError("Enter both username and password, or neither.", code="credentials")
            raise ValidationError({missing: half})

    @property
    def number_country(self) -> str:
        """Return the country used to parse the carrier's national formats."""
        return str(self.country or self.workspace.country)

    @property
    def has_password(self) -> bool:
        """Return whether a password is stored, without loading it: credentials are complete or absent."""
        return bool(self.auth_username)
