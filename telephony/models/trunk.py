"""A SIP trunk: a carrier as a workspace uses it."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from fernet_fields import EncryptedTextField
from simple_history.models import HistoricalRecords

from accounts.models import Workspace
from telephony.choices import MediaEncryption, TrunkStatus
from telephony.validators import validate_host, validate_tech_prefix


class Trunk(models.Model):
    """What should exist in LiveKit for one carrier. States: `TrunkStatus`.

    `generation` rises with each change of the trunk, its gateways or numbers; a sync writes its result only if the
    generation is still the one it planned. `lease_token` and `leased_until` are the claim of whoever syncs it now.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="trunks")
    name = models.CharField(max_length=100)
    carrier = models.CharField(max_length=32, blank=True, help_text="Preset; empty for any other carrier.")
    for_transfers = models.BooleanField(default=False, help_text="Used to hand calls over, not to place them.")
    auth_username = models.CharField("username", max_length=255, blank=True)
    auth_password = EncryptedTextField("password", null=True, blank=True)
    from_host = models.CharField(
        "From host",
        max_length=253,
        blank=True,
        validators=[validate_host],
        help_text="Host in From, if asked for.",
    )
    tech_prefix = models.CharField(max_length=16, blank=True, validators=[validate_tech_prefix])
    leading_plus = models.BooleanField(default=True, help_text="Dial +15550100000 rather than 15550100000.")
    media_encryption = models.CharField(max_length=8, choices=MediaEncryption.choices, default=MediaEncryption.DISABLE)

    status = models.CharField(max_length=8, choices=TrunkStatus.choices, default=TrunkStatus.PENDING, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    warnings = models.JSONField(default=list, blank=True, editable=False)
    generation = models.PositiveBigIntegerField(default=1, editable=False)
    synced_generation = models.PositiveBigIntegerField(default=0, editable=False)
    synced_at = models.DateTimeField(null=True, blank=True, editable=False)
    sync_failures = models.PositiveIntegerField(default=0, editable=False)
    next_sync_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords(
        excluded_fields=[
            "auth_password", "status", "last_error", "warnings", "generation", "synced_generation", "synced_at",
            "sync_failures", "next_sync_at", "lease_token", "leased_until", "updated_at",
        ]
    )  # fmt: skip

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="trunk_list"),
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
            raise ValidationError({missing: "Give both username and password, or neither."}, code="credentials")

    @property
    def has_password(self) -> bool:
        """Say whether a password is stored, without telling it."""
        return self.auth_password is not None
