"""A SIP trunk: a carrier as a workspace uses it."""

import uuid
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from fernet_fields import EncryptedTextField

from accounts.models import Workspace
from accounts.models.recording import recorded
from telephony.carriers import validate_carrier
from telephony.choices import MediaEncryption, TrunkStatus
from telephony.models.fields import HostField
from telephony.models.synced import SYNC_FIELDS, SyncedRow
from telephony.validators import validate_credential, validate_tech_prefix


class Trunk(SyncedRow):
    """What should exist in LiveKit for one carrier: its gateways, credentials and numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="trunks")
    name = models.CharField(max_length=100)
    carrier = models.CharField(
        max_length=32, blank=True, validators=[validate_carrier], help_text="Preset; empty for any other carrier."
    )
    for_transfers = models.BooleanField(default=False, help_text="Used to hand calls over, not to place them.")
    auth_username = models.CharField("username", max_length=255, blank=True, validators=[validate_credential])
    auth_password = EncryptedTextField("password", null=True, blank=True, validators=[validate_credential])
    from_host = HostField("From host", max_length=253, blank=True, help_text="Host in From, if asked for.")
    tech_prefix = models.CharField(max_length=16, blank=True, validators=[validate_tech_prefix])
    leading_plus = models.BooleanField(default=True, help_text="Dial +15550100000 rather than 15550100000.")
    media_encryption = models.CharField(max_length=8, choices=MediaEncryption.choices, default=MediaEncryption.DISABLE)

    calls_per_second = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="Most new calls a second that the carrier takes. Empty: the carrier's preset, or 1.",
    )
    max_concurrent_calls = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100_000)], help_text="Channels. Empty: no limit."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = recorded(without=["auth_password", "updated_at", *SYNC_FIELDS])

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="trunk_list"),
            models.Index(fields=["-created_at", "-id"], name="trunk_newest"),
            models.Index(fields=["status", "next_sync_at"], name="trunk_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(auth_username="", auth_password__isnull=True)
                | (~models.Q(auth_username="") & models.Q(auth_password__isnull=False)),
                name="trunk_credentials_whole",
                violation_error_message="Give both username and password, or neither.",
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
            half = ValidationError("Give both username and password, or neither.", code="credentials")
            raise ValidationError({missing: half})

    @property
    def has_password(self) -> bool:
        """Say whether a password is stored, without loading it: credentials are whole or absent."""
        return bool(self.auth_username)
