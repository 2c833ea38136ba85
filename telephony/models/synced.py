"""What every row that LiveKit is kept in step with carries: its state and the claim of whoever syncs it."""

from django.db import models

from telephony.choices import TrunkStatus


class SyncedRow(models.Model):
    """State of a row that should exist in LiveKit. States: `TrunkStatus`.

    `generation` rises with each change; a sync writes its result only if the generation is still the one it planned.
    `lease_token` and `leased_until` are the claim of whoever syncs the row now.
    """

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

    class Meta:
        abstract = True


SYNC_FIELDS = [field.name for field in SyncedRow._meta.local_fields]
