"""Results of past syncs of a trunk, for its page."""

from django.db import models

from telephony.choices import TrunkStatus
from telephony.models.trunk import Trunk


class SyncRun(models.Model):
    """One sync of a trunk to LiveKit. The newest 50 per trunk are kept for 30 days.

    No database constraint: its check would lock the trunk, and a spare row of a deleted trunk is harmless.
    """

    trunk = models.ForeignKey(
        Trunk, on_delete=models.CASCADE, related_name="sync_runs", db_constraint=False, db_index=False
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    generation = models.PositiveBigIntegerField()
    outcome = models.CharField(max_length=8, choices=TrunkStatus.choices)
    error = models.TextField(blank=True)
    calls = models.PositiveIntegerField()  # to LiveKit

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["trunk", "-id"], name="sync_run_of_trunk"),
            models.Index(fields=["finished_at"], name="sync_run_age"),
        ]

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M:%S} {self.outcome}"
