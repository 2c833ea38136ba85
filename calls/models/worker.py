"""Agent workers and dispatchers, as they report themselves."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.models import LiveKitProject


class AgentWorker(models.Model):
    """A running agent worker. It reports every few seconds and counts as offline when it stops reporting."""

    AWAY_AFTER = timedelta(seconds=35)

    id = models.UUIDField(primary_key=True, editable=False)
    project = models.ForeignKey(LiveKitProject, on_delete=models.CASCADE, related_name="workers")
    host = models.CharField(max_length=255)
    version = models.CharField(max_length=50, blank=True)
    sessions = models.PositiveIntegerField(default=0)
    load = models.FloatField(default=0)  # CPU load, 0 to 1
    memory_bytes = models.PositiveBigIntegerField(default=0)  # of the worker and its sessions
    draining = models.BooleanField(default=False)
    speech = models.JSONField(null=True)  # the providers of speech whose package it has; None: it does not tell
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at", "id"]
        verbose_name, verbose_name_plural = _("agent worker"), _("agent workers")

    def __str__(self) -> str:
        return self.host

    @property
    def is_away(self) -> bool:
        return timezone.now() - self.seen_at > self.AWAY_AFTER


class RunningDispatcher(models.Model):
    """A running dispatcher, by its token. It updates this row every few seconds and deletes it when it stops.

    `seen_at` is the database's time of the last report, `clock` the dispatcher's own time of it.
    """

    AWAY_AFTER = timedelta(seconds=35)
    FORGET_AFTER = timedelta(days=1)

    id = models.UUIDField(primary_key=True, editable=False)
    host = models.CharField(max_length=255)
    calls = models.PositiveIntegerField(default=0)  # calls in progress
    clock = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at", "id"]

    def __str__(self) -> str:
        return self.host

    @property
    def clock_ahead(self) -> timedelta:
        """Return by how much the host's clock is ahead of the database's."""
        return self.clock - self.seen_at
