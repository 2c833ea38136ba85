"""Fields of every row that is synced to LiveKit: its state and the lease of its sync."""

from typing import Any

from django.db import models

from telephony.choices import TrunkStatus
from voxa.core.one_row import SavedByKey


class SyncedRow(SavedByKey):
    """State of a row that should exist in LiveKit. States: `TrunkStatus`.

    `generation` rises with each change; a sync writes its result only if the generation is unchanged.
    `lease_token` and `leased_until` are the lease of the running sync.
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save all fields but those of the sync, whose loaded values may be stale."""
        if not self._state.adding and kwargs.get("update_fields") is None and not kwargs.get("force_insert"):
            fields = self._meta.concrete_fields
            kwargs["update_fields"] = {
                field.attname for field in fields if not field.primary_key and field.name not in SYNC_FIELDS
            } - self.get_deferred_fields()
        super().save(*args, **kwargs)


SYNC_FIELDS = [field.name for field in SyncedRow._meta.local_fields]
